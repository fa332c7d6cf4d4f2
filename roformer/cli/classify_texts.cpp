// Classes of texts and pairs, and numbers for them.
#include "roformer/cli/answered_lines.h"
#include "roformer/cli/classify.h"
#include "roformer/cli/json_output.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const pipeline::ClassAnswer& answer, const pipeline::Classify& classify) {
  if (classify.is_regression()) return {{"score", rounded(answer.score, kProbabilityDigits)}};
  ordered_json probabilities = ordered_json::object();
  const auto& names = classify.label_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    probabilities[names[i]] = rounded(answer.probabilities[i], kProbabilityDigits);
  return {{"label", names[answer.best]}, {"probabilities", probabilities}};
}

std::string plain_class(const pipeline::ClassAnswer& answer, const pipeline::Classify& classify) {
  if (classify.is_regression()) return fmt::format("{:.4f}", answer.score);
  return fmt::format("{}\t{:.4f}", classify.label_names()[answer.best],
                     answer.probabilities[answer.best]);
}

}  // namespace

void classify_texts(const pipeline::LabelFolder& folder, const ClassifyFlags& flags) {
  RunRows run;
  const auto options = row_options(flags, run);
  const auto classify = pipeline::open_classify(folder, options);
  CutRows cut;
  answer_input({"classify", flags.common.json}, classify,
               [&](const InputLine& line, const pipeline::ClassAnswer& answer) {
                 cut.add(answer.is_cut, line.number);
                 return flags.common.json ? json_answer(json_of(answer, classify), line.number)
                                          : plain_class(answer, classify);
               });
  cut.report(options.length, run);
}

}  // namespace roformer::cli
