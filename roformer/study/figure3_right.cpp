#include "roformer/study/figure3_right.h"

#include <fmt/format.h>

#include <numbers>

#include "roformer/report/page.h"

namespace roformer::study {
namespace {

constexpr const char* kRightPaperSays =
    "The paper (section 4.4.2 and Figure 3, right): \"substituting RoPE into Performer leads to "
    "rapid "
    "convergence and lower loss under the same amount of training steps.\"";

const LossUnit kBits = {"bits/char", "bits per character (a byte)", 1 / std::numbers::ln2};

struct Figure3RightResult {
  std::string data;  // a line on the text
  LearningCurve with_rope, without;
  std::vector<std::string> verdict;
  report::LineChart training_chart, held_out_chart;
};

Figure3RightResult gather_right(const PairedRuns& pair, const task::Material& material) {
  Figure3RightResult result;
  result.data = material.summary();
  result.with_rope = pair.curve(pair.first(), kBits);
  result.without = pair.curve(pair.second(), kBits);
  result.verdict = {final_verdict(pair.first().name, final_losses(pair.runs(pair.first()), kBits),
                                  pair.second().name, final_losses(pair.runs(pair.second()), kBits),
                                  kBits)};
  for (auto& line : verdict(result.with_rope, result.without))
    result.verdict.push_back(std::move(line));
  result.training_chart = pair.chart("Training", "training", kBits);
  result.held_out_chart = pair.chart("Held-out text", "evaluation", kBits);
  return result;
}

void print_right(const PairedRuns& pair, const Figure3RightResult& result) {
  fmt::print("\nBits per character, {} scale: {}\n", pair.options().scale, result.data);
  report::print_table(side_by_side(result.with_rope, result.without));
  fmt::print("\n");
  for (const auto& line : result.verdict) fmt::print("{}\n", line);
  fmt::print("{}\n", kRightPaperSays);
}

void write_right(const PairedRuns& pair, const Figure3RightResult& result,
                 const std::filesystem::path& path) {
  report::Page page(fmt::format("Figure 3, right: Performer with and without RoPE, {} scale",
                                pair.options().scale));
  page.paragraph(result.data).paragraph(kRightPaperSays);
  for (const auto& line : result.verdict) page.paragraph(line);
  page.section("Training").chart(result.training_chart);
  page.section("Held-out text").chart(result.held_out_chart);
  page.section("Side by side").table(side_by_side(result.with_rope, result.without));
  for (const auto& [name, recipe] : pair.recipe_texts())
    page.section("Recipe: " + name).code(recipe);
  report::write_html(path, page);
}

}  // namespace

int reproduce_figure3_right(const StudyOptions& options) {
  const PairedRuns pair("figure3-right", {"performer-rope", "RoPE"}, {"performer", "no RoPE"},
                        options);
  const auto material = task::open_material(pair.recipe());
  if (const int signal = pair.train(*material); signal != 0) return signal;
  const Figure3RightResult result = gather_right(pair, *material);
  print_right(pair, result);
  write_right(pair, result, options.out / "report.html");
  fmt::print("\nReport with the plots: {}\nModels: {} and {}\n",
             (options.out / "report.html").string(), pair.runs(pair.first()).front().string(),
             pair.runs(pair.second()).front().string());
  return 0;
}

}  // namespace roformer::study
