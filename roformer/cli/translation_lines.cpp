#include "roformer/cli/translation_lines.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/cli/json_output.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

// What a hypothesis and the best one of a line have alike.
ordered_json json_of(const pipeline::TranslatedText& one) {
  return {{"translation", one.text},
          {"score", one.score},
          {"log_probability", one.log_probability},
          {"tokens", one.tokens}};
}

ordered_json alignment_of(const pipeline::Translation& answer) {
  const auto places = pipeline::strongest(answer.attention);
  auto pairs = ordered_json::array();
  for (std::size_t t = 0; t < answer.hypotheses.front().tokens.size(); ++t)
    pairs.push_back({t, places[t]});
  return pairs;
}

ordered_json attention_of(const pipeline::Translation& answer) {
  auto rows = ordered_json::array();
  for (const auto& weights : answer.attention) {
    auto& row = rows.emplace_back(ordered_json::array());
    for (const float weight : weights) row.push_back(shortest_decimal(weight));
  }
  return rows;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

TranslationPrefixes::TranslationPrefixes(std::string text, std::string path)
    : text_(std::move(text)), path_(std::move(path)), invalid_(path_.empty() ? "--prefix" : path_) {
  if (path_.empty()) {
    invalid_.check(text_, 1);
    return;
  }
  file_.open(path_);
  base::require(file_.good(), "[cli] {}: cannot read the prefixes", path_);
}

std::vector<std::string> TranslationPrefixes::next(std::int64_t first_line, std::size_t count) {
  if (path_.empty())
    return text_.empty() ? std::vector<std::string>() : std::vector<std::string>(count, text_);
  const std::int64_t place = first_line - last_first_;
  if (place >= 0 && place + static_cast<std::int64_t>(count) <= std::ssize(last_))
    return {last_.begin() + place, last_.begin() + place + static_cast<std::ptrdiff_t>(count)};
  std::vector<std::string> lines(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t number = first_line + static_cast<std::int64_t>(i);
    base::require(static_cast<bool>(std::getline(file_, lines[i])),
                  "[cli] {}: expected one prefix, which may be empty, for each line of the input "
                  "but the file ends before line {}",
                  path_, number);
    if (!lines[i].empty() && lines[i].back() == '\r') lines[i].pop_back();
    invalid_.check(lines[i], number);
  }
  last_first_ = first_line;
  return last_ = std::move(lines);
}

void TranslationPrefixes::finish() {
  invalid_.report();
  std::string line;
  base::require(path_.empty() || !std::getline(file_, line),
                "[cli] {}: expected one prefix for each line of the input but the file has more "
                "lines",
                path_);
}

ordered_json translation_json(const std::string& text, const pipeline::Translation& answer,
                              bool with_attention) {
  ordered_json json = {{"text", text}};
  json.update(json_of(answer.hypotheses.front()));
  json["source_tokens"] = answer.source_tokens;
  json["alignment"] = alignment_of(answer);
  json["hypotheses"] = ordered_json::array();
  for (const auto& one : answer.hypotheses) json["hypotheses"].push_back(json_of(one));
  if (with_attention) json["attention"] = attention_of(answer);
  return json;
}

std::string best_line(const pipeline::Translation& answer) {
  return one_line(answer.hypotheses.front().text);
}

std::string ranked_lines(std::int64_t number, const pipeline::Translation& answer) {
  std::vector<std::string> lines;
  for (const auto& one : answer.hypotheses)
    lines.push_back(fmt::format("{}\t{:.6f}\t{}", number, one.score, one_line(one.text)));
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace roformer::cli
