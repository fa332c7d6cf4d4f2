#include "roformer/study/studies.h"

#include <fmt/format.h>

#include <numbers>

#include "roformer/report/page.h"
#include "roformer/study/arm_comparison.h"
#include "roformer/study/drawings.h"
#include "roformer/study/result_file.h"

namespace roformer::study {
namespace {

constexpr const char* kRightPaperSays =
    "The paper (section 4.4.2 and Figure 3, right): \"substituting RoPE into Performer leads to "
    "rapid convergence and lower loss under the same amount of training steps.\"";

constexpr const char* kRightOurs =
    "Not the paper's: blocks are post-norm (performer-pytorch's, which the paper took, are "
    "pre-norm), the other side has no positions (there: learned ones), φ(q) and φ(k) turn as in "
    "Eq. 19 (there: q and k), and AdamW decays weights; the comments of "
    "recipes/paper/figure3-right-performer.toml say it of each value.";

const LossUnit kBits = {"bits/char", "bits per character (a byte)", 1 / std::numbers::ln2};

// Both orders of Eq. 19's rotation, and the encodings that BERT and the Transformer have.
std::vector<Arm> figure3_right_arms() {
  const char *rope = "paper/figure3-right-performer-rope", *plain = "paper/figure3-right-performer";
  const auto rotation = [](const char* where) {
    return std::vector<std::string>{fmt::format("model.feature_rotation={}", where)};
  };
  return {{"performer-rope", "RoPE (features turn, Eq. 19)", rope, rotation("features")},
          {"performer-rope-inputs", "RoPE (q and k turn before φ)", rope, rotation("inputs")},
          {"performer", "no positions", plain},
          {"learned", "learned", plain, {"model.position_encoding=learned"}},
          {"sinusoidal", "sinusoids", plain, {"model.position_encoding=sinusoidal"}}};
}

struct Figure3RightResult {
  std::string data;
  LearningCurve with_rope, without;
  std::vector<ArmResult> arms;
  std::vector<std::string> verdicts;  // first of the paper's own comparison
  report::LineChart training, validation;
};

// RoPE beside the same model without positions first, which is what the paper claims of.
std::vector<std::string> verdicts_of_right(const std::vector<ArmResult>& results) {
  const ArmResult &rope = *find_result(results, "performer-rope"),
                  &none = *find_result(results, "performer");
  std::vector<std::string> verdicts = {test_verdict(rope, none)};
  for (const ArmResult& other : results) {
    if (&other != &rope && &other != &none) verdicts.push_back(test_verdict(rope, other));
  }
  if (const auto edge = edge_sentence(results)) verdicts.push_back(*edge);
  return verdicts;
}

Figure3RightResult gather_right(const Arms& arms, const task::Material& material) {
  Figure3RightResult result;
  result.data = material.summary();
  result.with_rope = arms.curve(*arms.find("performer-rope"), kBits);
  result.without = arms.curve(*arms.find("performer"), kBits);
  result.arms = gather_results(arms, material, kBits);
  result.training = arms.chart("Training", "training", kBits);
  result.validation = arms.chart("Validation text", "evaluation", kBits);
  result.verdicts = verdicts_of_right(result.arms);
  const auto curves = verdict(result.with_rope, result.without);
  result.verdicts.insert(result.verdicts.end(), curves.begin(), curves.end());
  return result;
}

// On standard output and as a page.
void show_right(const Arms& arms, const Figure3RightResult& result) {
  const report::Table curves = side_by_side(result.with_rope, result.without);
  const std::string& scale = arms.options().scale;
  report::Page page(
      fmt::format("Figure 3, right: Performer with and without RoPE, {} scale", scale));
  fmt::print("\nBits per character, {} scale: {}\n", scale, result.data);
  report::print_table(curves);
  fmt::print("\n");
  print_results(result.arms, "performer", kBits);
  fmt::print("\n");
  for (const auto& line : result.verdicts) {
    fmt::print("{}\n", line);
    page.paragraph(line);
  }
  fmt::print("{}\n", kRightPaperSays);
  page.paragraph(result.data).paragraph(kRightPaperSays).paragraph(kRightOurs);
  add_results(page, result.arms, "performer", kBits);
  page.section("Training").chart(result.training);
  page.section("Validation text").chart(result.validation);
  page.section("Side by side").table(curves);
  arms.write_report(page);
}

}  // namespace

int reproduce_figure3_right(const StudyOptions& options) {
  Arms arms("figure3-right", figure3_right_arms(), options);
  require_arms(arms, {"performer-rope", "performer"});
  const auto material = task::open_material(arms.recipe());
  if (const int signal = arms.train(*material); signal != 0) return signal;
  const Figure3RightResult result = gather_right(arms, *material);
  show_right(arms, result);
  write_result_file({.study = "figure3-right",
                     .title = "Figure 3, right",
                     .claim = kRightPaperSays,
                     .what = arms.what_ran(*material),
                     .verdicts = result.verdicts,
                     .tables = tables_of(result.arms, "performer", kBits),
                     .command = arms.sources().command,
                     .training_seconds = arms.training_seconds(),
                     .pictures = write_drawings(options.out, {{"validation", result.validation},
                                                              {"training", result.training}}),
                     .models = to_json(result.arms, kBits)},
                    options);
  print_places(arms);
  return 0;
}

}  // namespace roformer::study
