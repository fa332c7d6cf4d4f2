// Choices of questions.
#include "roformer/base/error.h"
#include "roformer/cli/answered_lines.h"
#include "roformer/cli/classify.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/choose.h"

namespace roformer::cli {
namespace {

nlohmann::ordered_json json_of_choice(const pipeline::ChoiceAnswer& answer) {
  auto probabilities = nlohmann::ordered_json::array();
  for (const double probability : answer.probabilities)
    probabilities.push_back(rounded(probability, kProbabilityDigits));
  return {{"choice", answer.best}, {"probabilities", std::move(probabilities)}};
}

}  // namespace

void classify_choices(const pipeline::LabelFolder& folder, const ClassifyFlags& flags) {
  base::require(flags.options.label_names.empty(),
                "[classify] expected no --label-names for multiple choice, whose choices are the "
                "line's, but got some");
  RunRows run;
  const auto options = row_options(flags, run);
  const auto choose = pipeline::open_choose(folder, options);
  CutRows cut;
  answer_input({"classify", flags.common.json}, choose,
               [&](const InputLine& line, const pipeline::ChoiceAnswer& answer) {
                 cut.add(answer.is_cut, line.number);
                 if (flags.common.json) return json_answer(json_of_choice(answer), line.number);
                 return fmt::format("{}\t{:.4f}", answer.best, answer.probabilities[answer.best]);
               });
  cut.report(options.length, run);
}

}  // namespace roformer::cli
