// `roformer segment`: lines of Chinese to words.
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

#include "roformer/cli/command.h"
#include "roformer/cli/input_lines.h"
#include "roformer/cli/json_output.h"
#include "roformer/segmentation/jieba.h"
#include "roformer/unicode/utf8.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

struct SegmentOptions {
  CommonOptions common;
  bool joins_by_model = false;
  std::vector<std::string> user_dictionaries;
  std::string separator = " ";
};

ordered_json json_of(const std::vector<std::string_view>& words) {
  ordered_json json = {{"words", words}, {"offsets", ordered_json::array()}};
  std::int32_t begin = 0;
  for (const std::string_view word : words) {
    const std::int32_t end = begin + unicode::count_code_points(word);
    json["offsets"].push_back({begin, end});
    begin = end;
  }
  return json;
}

std::shared_ptr<const segmentation::Segmenter> open(const SegmentOptions& options) {
  segmentation::SegmenterOptions asked{.joins_by_model = options.joins_by_model};
  for (const auto& file : options.user_dictionaries)
    asked.users.push_back(segmentation::UserWords::read(file));
  return segmentation::open_segmenter(asked);
}

void segment(const SegmentOptions& options) {
  const auto segmenter = open(options);
  InputLines input;
  InvalidLines invalid("standard input");
  segmentation::Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  std::string line;
  for (std::int64_t number = 1; input.next(line); ++number) {
    if (line.ends_with('\r')) line.pop_back();  // as other commands take the ends of lines
    invalid.check(line, number);
    words.clear();
    segmenter->cut(line, scratch, words);
    std::cout << (options.common.json ? json_report(json_of(words), "words")
                                      : fmt::format("{}", fmt::join(words, options.separator)))
              << '\n';
  }
  invalid.report();
}

}  // namespace

void add_segment_command(CLI::App& program) {
  auto options = std::make_shared<SegmentOptions>();
  CLI::App& command = *program.add_subcommand(
      "segment", "Lines of Chinese of standard input to words of jieba's dictionary");
  command.add_flag("--hmm", options->joins_by_model,
                   "join single characters to words by jieba's hidden Markov model");
  add_texts(command, "--dictionary", options->user_dictionaries, "FILE",
            "words of your own, \"WORD FREQUENCY TAG\" a line, the last two or one of them left "
            "out; may be given several times");
  add_text(command, "--separator", options->separator, "TEXT",
           "between the words (default: a space)");
  add_json_option(command, options->common);
  add_examples(command,
               "roformer segment < lines.txt\n"
               "roformer segment --hmm --dictionary my-words.txt --json < lines.txt");
  command.callback([options] { segment(*options); });
}

}  // namespace roformer::cli
