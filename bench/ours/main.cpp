// The program roformer_bench: bench/run.py and bench/against.py run its subcommands.
#include <cstdio>
#include <exception>

#include "bench/ours/rows.h"

int main(int argc, char** argv) {
  CLI::App program("Our side of the benchmarks", "roformer_bench");
  program.require_subcommand(1);
  bench::add_classify(program);
  bench::add_contrastive(program);
  bench::add_encodings(program);
  bench::add_fine_tuning(program);
  bench::add_generate(program);
  bench::add_linear(program);
  bench::add_model(program);
  bench::add_rope(program);
  bench::add_segment(program);
  bench::add_translation(program);
  bench::add_wordpiece(program);
  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return program.exit(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
