#include "roformer/cli/translation_format.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "roformer/cli/line_chunks.h"

namespace roformer::cli {
namespace {

std::string json_number(double number) {
  return nlohmann::json(number).dump();  // 0.0 stays a number with a point
}

std::string quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> strings;
  for (const std::string& text : texts) strings.push_back(json_string(text));
  return fmt::format("[{}]", fmt::join(strings, ", "));
}

// What a hypothesis and the best one of a line have alike.
std::string scores_json(const pipeline::TranslatedText& one) {
  return fmt::format(R"("translation": {}, "score": {}, "log_probability": {}, "tokens": {})",
                     json_string(one.text), json_number(one.score),
                     json_number(one.log_probability), quoted(one.tokens));
}

std::string alignment_json(const pipeline::Translation& answer) {
  const auto places = pipeline::strongest(answer.attention);
  std::vector<std::string> pairs;
  for (std::size_t t = 0; t < answer.hypotheses.front().tokens.size(); ++t)
    pairs.push_back(fmt::format("[{}, {}]", t, places[t]));
  return fmt::format("[{}]", fmt::join(pairs, ", "));
}

std::string hypotheses_json(const pipeline::Translation& answer) {
  std::vector<std::string> objects;
  for (const auto& one : answer.hypotheses)
    objects.push_back(fmt::format("{{{}}}", scores_json(one)));
  return fmt::format("[{}]", fmt::join(objects, ", "));
}

std::string attention_json(const pipeline::Translation& answer) {
  std::vector<std::string> rows;
  for (const auto& row : answer.attention)
    rows.push_back(fmt::format("[{}]", fmt::join(row, ", ")));
  return fmt::format("[{}]", fmt::join(rows, ", "));
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

std::string translation_json(const std::string& text, const pipeline::Translation& answer,
                             bool with_attention) {
  std::string json =
      fmt::format(R"({{"text": {}, {}, "source_tokens": {}, "alignment": {}, "hypotheses": {})",
                  json_string(text), scores_json(answer.hypotheses.front()),
                  quoted(answer.source_tokens), alignment_json(answer), hypotheses_json(answer));
  if (with_attention) json += fmt::format(R"(, "attention": {})", attention_json(answer));
  return json + "}";
}

std::string best_line(const pipeline::Translation& answer) {
  return one_line(answer.hypotheses.front().text) + "\n";
}

std::string ranked_lines(std::int64_t number, const pipeline::Translation& answer) {
  std::string lines;
  for (const auto& one : answer.hypotheses)
    lines += fmt::format("{}\t{:.6f}\t{}\n", number, one.score, one_line(one.text));
  return lines;
}

}  // namespace roformer::cli
