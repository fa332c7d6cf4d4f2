// Encodes text line by line, one thread, offsets included: megabytes a second, best of several
// passes. Prints one JSON line.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "bench/ours/rows.h"
#include "bench/ours/text_lines.h"
#include "roformer/base/error.h"
#include "roformer/text/tokenizer.h"

namespace {

using namespace roformer;

void measure(const std::string& vocabulary, const std::string& file, int passes, double most) {
  const text::Tokenizer tokenizer = text::Tokenizer::load(vocabulary);
  const auto [lines, megabytes] = bench::read_text(file, most);
  std::size_t tokens = 0;
  text::Encoding encoding;
  const double seconds = bench::best_seconds(
      passes,
      [&] {
        tokens = 0;
        for (const std::string& line : lines) {
          tokenizer.encode_into(line, {}, encoding);
          tokens += encoding.size();
        }
      },
      0);
  std::vector<std::int32_t> ids;
  const double ids_seconds = bench::best_seconds(
      passes,
      [&] {
        for (const std::string& line : lines) {
          ids.clear();
          tokenizer.encode_words(line, ids);
        }
      },
      0);
  fmt::print(
      "{{\"name\": \"wordpiece\", \"megabytes\": {:.2f}, \"tokens\": {}, \"megabytes_per_second\": "
      "{:.2f}, "
      "\"ids_only_megabytes_per_second\": {:.2f}}}\n",
      megabytes, tokens, megabytes / seconds, megabytes / ids_seconds);
}

}  // namespace

void bench::add_wordpiece(CLI::App& program) {
  struct Options {
    std::string vocabulary, text;
    int passes = 3;
    double megabytes = 8;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = program.add_subcommand("wordpiece", "WordPiece encoding of text");
  command->add_option("vocabulary", options->vocabulary)->required();
  command->add_option("text", options->text, "a file or a folder, plain or packed")->required();
  command->add_option("--passes", options->passes)->check(CLI::PositiveNumber);
  command->add_option("--megabytes", options->megabytes, "at most so much of the text");
  command->callback([options] {
    measure(options->vocabulary, options->text, options->passes, options->megabytes);
  });
}
