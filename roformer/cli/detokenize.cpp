// `roformer detokenize`: lines of ids to text.
#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/json_text.h"
#include "roformer/base/names.h"
#include "roformer/cli/command.h"
#include "roformer/cli/input_lines.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/tokenizer_path.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

struct DetokenizeOptions {
  FolderOf folder_of = nullptr;
  CommonOptions common;
  std::string model;
  text::DecodeOptions decode;
  std::string clean_up;  // empty: as the tokenizer's files say
};

constexpr base::Named<text::CleanUp> kCleanUps[] = {{"none", text::CleanUp::none},
                                                    {"punctuation", text::CleanUp::punctuation},
                                                    {"contractions", text::CleanUp::contractions}};

std::vector<std::int32_t> parse_json_ids(const std::string& line, std::int64_t number) {
  try {
    const nlohmann::json value = base::parse_json(line, fmt::format("line {}", number));
    std::vector<std::int32_t> ids;
    for (const auto& id : value.is_object() ? value.at("ids") : value) {
      const bool whole =
          id.is_number_integer() && id >= 0 && id <= std::numeric_limits<std::int32_t>::max();
      base::require(whole, "[detokenize] line {}: expected whole numbers as ids but got {}", number,
                    id.dump());
      ids.push_back(id.get<std::int32_t>());
    }
    return ids;
  } catch (const nlohmann::json::exception& error) {
    base::fail("[detokenize] line {}: expected an array of ids or an object with \"ids\": {}",
               number, error.what());
  }
}

std::vector<std::int32_t> parse_plain_ids(std::string_view line, std::int64_t number) {
  constexpr std::string_view spaces = " \t\r,";
  std::vector<std::int32_t> ids;
  for (std::size_t begin = 0; (begin = line.find_first_not_of(spaces, begin)) != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(spaces, begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    std::int32_t id = 0;
    const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    base::require(error == std::errc() && rest == word.data() + word.size(),
                  "[detokenize] line {}: expected an id but got '{}'", number, word);
    ids.push_back(id);
    begin = end;
  }
  return ids;
}

std::vector<std::int32_t> parse_ids(const std::string& line, std::int64_t number) {
  const std::size_t first = line.find_first_not_of(" \t");
  const bool json = first != line.npos && (line[first] == '[' || line[first] == '{');
  return json ? parse_json_ids(line, number) : parse_plain_ids(line, number);
}

void detokenize(DetokenizeOptions& options) {
  options.decode.clean_up = base::find_named(kCleanUps, options.clean_up);
  const auto tokenizer = text::Tokenizer::load(options.folder_of(options.model));
  InputLines input;
  std::string line;
  for (std::int64_t number = 1; input.next(line); ++number) {
    const std::vector<std::int32_t> ids = parse_ids(line, number);
    for (const std::int32_t id : ids) {
      base::require(id >= 0 && id < tokenizer.vocabulary_size(),
                    "[detokenize] line {}: expected ids from 0 to {} but got {}", number,
                    tokenizer.vocabulary_size() - 1, id);
    }
    const std::string text = tokenizer.decode(ids, options.decode);
    std::cout << (options.common.json ? json_report({{"text", text}}, "the text") : text) << '\n';
  }
}

}  // namespace

void add_detokenize_command(CLI::App& program, FolderOf folder_of) {
  auto options = std::make_shared<DetokenizeOptions>();
  options->folder_of = folder_of;
  CLI::App& command = *program.add_subcommand(
      "detokenize",
      "Lines of ids (plain, JSON arrays, or objects with \"ids\") on standard input to text");
  add_text(command, "--model", options->model, "PATH",
           "folder, weights in one, vocab.txt or tokenizer.json")
      ->required();
  command.add_flag(
      "--skip-special-tokens", options->decode.skip_special_tokens,
      "leave out [CLS], [SEP] and the like (a translation model's are always left out)");
  add_choice(
      command, "--clean-up", options->clean_up, {"none", "punctuation", "contractions"},
      "spaces to remove before punctuation, or within contractions too (default: punctuation)");
  add_json_option(command, options->common);
  add_examples(
      command,
      "roformer tokenize --model DIR --json < lines.txt | roformer detokenize --model DIR");
  command.callback([options] { detokenize(*options); });
}

}  // namespace roformer::cli
