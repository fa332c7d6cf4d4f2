// roformer rope decay: how the bound of Eq. 37 falls with the distance (Figure 2).
#include "roformer/rope/decay.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/cli/command.h"
#include "roformer/cli/frequency_options.h"
#include "roformer/cli/json_output.h"
#include "roformer/study/drawings.h"
#include "roformer/study/figure2_chart.h"

namespace roformer::cli {
namespace {

constexpr std::int64_t kFarthest = 1'000'000;
constexpr std::int64_t kMostSamples = 1'000'000;

struct RopeDecayOptions {
  CommonOptions common;
  FrequencyOptions frequencies;
  std::int64_t max_distance = 250;
  bool expected = false;
  std::int64_t samples = 0;
  std::string svg;
};

report::LineChart decay_chart(const RopeDecayOptions& options,
                              const rope::Frequencies& frequencies) {
  report::LineChart chart{fmt::format("d = {}, base {:g}, scaling {}", options.frequencies.dim,
                                      options.frequencies.base, options.frequencies.scaling_name),
                          "relative distance m − n",
                          options.expected ? "score relative to distance 0" : "mean of |S_i|",
                          {}};
  if (!options.expected) {
    chart.series = {study::bound_series("bound", frequencies, options.max_distance)};
    return chart;
  }
  chart.series = {study::expected_series("expected", frequencies, options.max_distance)};
  if (options.samples == 0) return chart;
  report::Series sampled{"sampled", chart.series.front().x, {}};
  for (const double distance : sampled.x)
    sampled.y.push_back(rope::sampled_score(frequencies.inverse, distance, options.samples,
                                            static_cast<std::uint64_t>(distance)));
  chart.series.push_back(std::move(sampled));
  return chart;
}

void print_decay_json(const report::LineChart& chart) {
  nlohmann::ordered_json json;
  json["distance"] = nlohmann::json::array();
  for (const double distance : chart.series.front().x)
    json["distance"].push_back(static_cast<std::int64_t>(distance));
  for (const auto& series : chart.series) json[series.name] = series.y;
  std::cout << json_report(json, "curves") << '\n';
}

void rope_decay_command(const CLI::App& command, const RopeDecayOptions& options) {
  base::require(options.samples == 0 || options.expected,
                "[cli] expected --expected with --samples, which draws the vectors it is about");
  const auto frequencies = frequencies_of(command, options.frequencies, options.max_distance + 1);
  const report::LineChart chart = decay_chart(options, frequencies);
  if (!options.svg.empty()) study::write_svg(options.svg, chart);
  if (options.common.json) return print_decay_json(chart);
  report::print_table(study::sampled_table(chart, options.max_distance));
  fmt::print("\n{}", report::text_chart(chart));
}

}  // namespace

void add_rope_decay_command(CLI::App& rope) {
  auto options = std::make_shared<RopeDecayOptions>();
  CLI::App* command = rope.add_subcommand(
      "decay", "The bound on a score by the distance of its tokens (Figure 2, Eq. 36 and 37)");
  add_number(*command, "--max-distance", options->max_distance, "the last distance", 0, kFarthest);
  command->add_flag("--expected", options->expected,
                    "instead of the bound the mean score of a random vector with itself, 1 at "
                    "distance 0");
  add_number(*command, "--samples", options->samples,
             "with --expected: also the mean over so many drawn vectors (default: none)", 1,
             kMostSamples)
      ->default_str("");
  add_frequency_options(*command, options->frequencies);
  add_text(*command, "--svg", options->svg, "FILE", "draw the curve into this file (default: not)");
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer rope decay --dim 128 --base 10000 --max-distance 250\n"
               "roformer rope decay --scaling linear --factor 4 --json\n"
               "roformer rope decay --expected --samples 1000 --svg expected.svg");
  command->callback([command, options] { rope_decay_command(*command, *options); });
}

}  // namespace roformer::cli
