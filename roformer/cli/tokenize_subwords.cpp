#include "roformer/cli/tokenize_subwords.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <iostream>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/line_chunks.h"
#include "roformer/text/subword_nmt.h"
#include "roformer/text/subword_tokenizer.h"

namespace roformer::cli {
namespace {

// Calls `answer(line, number)` for each line of standard input and prints what it returns.
template <typename Answer>
void answer_lines(const Answer& answer) {
  std::string line;
  for (std::int64_t number = 1; std::getline(std::cin, line); ++number)
    std::cout << answer(line, number) << '\n';
  require_readable_input();
  std::cout.flush();
  base::require(std::cout.good(), "[tokenize] cannot write to standard output");
}

std::string print_ids(const text::SubwordTokenizer& tokenizer, const std::vector<std::int64_t>& ids,
                      bool json) {
  std::vector<std::string> tokens;
  for (const std::int64_t id : ids) tokens.push_back(tokenizer.id_to_token(id));
  return json ? json_report({{"tokens", tokens}, {"ids", ids}}, "the answer")
              : fmt::format("{}", fmt::join(tokens, " "));
}

}  // namespace

void tokenize_subwords(const SubwordTokenizeOptions& options) {
  const auto tokenizer = text::SubwordTokenizer::load(options.model);
  std::vector<std::int64_t> ids;
  answer_lines([&](const std::string& line, std::int64_t number) {
    ids.clear();
    options.side == "target" ? tokenizer.encode_target(line, ids)
                             : tokenizer.encode_source(line, ids);
    if (options.special_tokens) ids.push_back(tokenizer.end_id());
    base::require(
        options.max_length == 0 || static_cast<std::int64_t>(ids.size()) <= options.max_length,
        "[tokenize] line {}: expected at most {} tokens but got {}", number, options.max_length,
        ids.size());
    return print_ids(tokenizer, ids, options.json);
  });
}

void segment_lines(const CodesOptions& options) {
  text::SubwordNmtOptions settings{.separator = options.separator};
  if (!options.vocabulary.empty()) {
    const auto units = text::parse_unit_counts(base::read_file(options.vocabulary),
                                               options.threshold, options.vocabulary);
    settings.allowed = std::make_shared<const text::UnitSet>(units.begin(), units.end());
  }
  const text::SubwordNmt nmt(base::read_file(options.codes), options.codes, std::move(settings));
  answer_lines([&](const std::string& line, std::int64_t) { return nmt.segment(line); });
}

}  // namespace roformer::cli
