#include "roformer/study/studies.h"

#include <fmt/format.h>

#include <numbers>

#include "roformer/report/page.h"

namespace roformer::study {
namespace {

constexpr const char* kRightPaperSays =
    "The paper (section 4.4.2 and Figure 3, right): \"substituting RoPE into Performer leads to "
    "rapid convergence and lower loss under the same amount of training steps.\"";

const LossUnit kBits = {"bits/char", "bits per character (a byte)", 1 / std::numbers::ln2};

// How the runs end, then what the curves say.
std::vector<std::string> right_verdict(const PairedRuns& pair, const LearningCurve& with_rope,
                                       const LearningCurve& without) {
  std::vector<std::string> lines = verdict(with_rope, without);
  lines.insert(lines.begin(),
               final_verdict(with_rope.model, final_losses(pair.runs(pair.first()), kBits),
                             without.model, final_losses(pair.runs(pair.second()), kBits), kBits));
  return lines;
}

// On standard output and as a page.
void show_right(const PairedRuns& pair, const std::string& data) {
  const LearningCurve with_rope = pair.curve(pair.first(), kBits);
  const LearningCurve without = pair.curve(pair.second(), kBits);
  const report::Table curves = side_by_side(with_rope, without);
  const std::string& scale = pair.options().scale;
  report::Page page(
      fmt::format("Figure 3, right: Performer with and without RoPE, {} scale", scale));
  page.paragraph(data).paragraph(kRightPaperSays);
  fmt::print("\nBits per character, {} scale: {}\n", scale, data);
  report::print_table(curves);
  fmt::print("\n");
  for (const auto& line : right_verdict(pair, with_rope, without)) {
    fmt::print("{}\n", line);
    page.paragraph(line);
  }
  fmt::print("{}\n", kRightPaperSays);
  page.section("Training").chart(pair.chart("Training", "training", kBits));
  page.section("Held-out text").chart(pair.chart("Held-out text", "evaluation", kBits));
  page.section("Side by side").table(curves);
  pair.write_report(page);
}

}  // namespace

int reproduce_figure3_right(const StudyOptions& options) {
  const PairedRuns pair("figure3-right", {"performer-rope", "RoPE"}, {"performer", "no RoPE"},
                        options);
  const auto material = task::open_material(pair.recipe());
  if (const int signal = pair.train(*material); signal != 0) return signal;
  show_right(pair, material->summary());
  fmt::print("\nReport with the plots: {}\nModels: {} and {}\n", pair.report_path().string(),
             pair.runs(pair.first()).front().string(), pair.runs(pair.second()).front().string());
  return 0;
}

}  // namespace roformer::study
