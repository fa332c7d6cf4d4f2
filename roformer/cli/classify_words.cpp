// Entities of lines, and labels of their words.
#include <algorithm>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/classify.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/tag_words.h"

namespace roformer::cli {
namespace {

using LabelledSpans = std::vector<pipeline::LabelledSpan>;

nlohmann::ordered_json json_of_spans(const LabelledSpans& spans) {
  auto entities = nlohmann::ordered_json::array();
  for (const pipeline::LabelledSpan& span : spans)
    entities.push_back({{"text", span.text},
                        {"label", span.label},
                        {"begin", span.begin},
                        {"end", span.end},
                        {"probability", rounded(span.probability, kProbabilityDigits)}});
  return {{"entities", std::move(entities)}};
}

// "PER:Peter Blackburn", a tab between two: one within an entity becomes a space.
std::string plain_spans(const LabelledSpans& spans) {
  std::string line;
  for (const pipeline::LabelledSpan& span : spans) {
    std::string text = span.text;
    std::replace(text.begin(), text.end(), '\t', ' ');
    line += fmt::format("{}{}:{}", line.empty() ? "" : "\t", span.label, text);
  }
  return line;
}

}  // namespace

void classify_words(const pipeline::LabelFolder& folder, const ClassifyFlags& flags) {
  const auto tag_words = pipeline::open_tag_words(folder, flags.options);
  answer_input({"classify", flags.common.json}, tag_words,
               [&](const InputLine& line, const LabelledSpans& spans) {
                 return flags.common.json ? json_answer(json_of_spans(spans), line.number)
                                          : plain_spans(spans);
               });
}

}  // namespace roformer::cli
