// Cuts Chinese into words line by line, one thread: megabytes a second, best of several passes.
// Prints one JSON line.
#include <fmt/format.h>

#include "bench/ours/rows.h"
#include "roformer/documents/text_files.h"
#include "roformer/segmentation/jieba.h"

namespace {

using namespace roformer;

void measure_segmentation(const std::string& file, int passes, double most) {
  const auto segmenter = segmentation::jieba_segmenter();
  std::vector<std::string> lines;
  double megabytes = 0;
  for (const auto& path : documents::find_text_files({file})) {
    documents::LineReader reader(path);
    for (std::string line; megabytes < most && reader.next(line);) {
      megabytes += static_cast<double>(line.size() + 1) / 1e6;
      lines.push_back(line);
    }
  }
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
