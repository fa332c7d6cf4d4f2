// Cuts Chinese into words line by line, one thread: megabytes a second, best of several passes.
// Prints one JSON line.
#include <fmt/format.h>

#include "bench/ours/rows.h"
#include "bench/ours/text_lines.h"
#include "roformer/segmentation/jieba.h"

namespace {

using namespace roformer;

void measure_segmentation(const std::string& file, int passes, double most) {
  const auto segmenter = segmentation::jieba_segmenter();
  const auto [lines, megabytes] = bench::read_text(file, most);
  segmentation::Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  std::size_t count = 0;
  const double seconds = bench::best_seconds(
      passes,
      [&] {
        count = 0;
        for (const std::string& line : lines) {
          words.clear();
          segmenter->cut(line, scratch, words);
          count += words.size();
        }
      },
      0);
  fmt::print(
      "{{\"name\": \"segment\", \"megabytes\": {:.2f}, \"words\": {}, \"megabytes_per_second\": "
      "{:.2f}}}\n",
      megabytes, count, megabytes / seconds);
}

}  // namespace

void bench::add_segment(CLI::App& program) {
  struct Options {
    std::string text;
    int passes = 3;
    double megabytes = 8;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = program.add_subcommand("segment", "Chinese into words");
  command->add_option("text", options->text, "a file or a folder, plain or packed")->required();
  command->add_option("--passes", options->passes)->check(CLI::PositiveNumber);
  command->add_option("--megabytes", options->megabytes, "at most so much of the text");
  command->callback(
      [options] { measure_segmentation(options->text, options->passes, options->megabytes); });
}
