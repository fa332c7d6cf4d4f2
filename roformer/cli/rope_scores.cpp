// roformer rope scores: Figure 2 for a trained model, its own scores by distance.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/study/drawings.h"
#include "roformer/study/figure2_chart.h"
#include "roformer/study/figure2_scores.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kFarthestPair = 100'000;

struct RopeScoresOptions {
  CommonOptions common;
  std::string model, text, svg;
  std::vector<std::int64_t> layers;  // from 0; empty: all
  study::ScoreOptions scores;
};

std::vector<std::string> lines_with_words(const std::string& content) {
  std::vector<std::string> lines;
  for (const std::string& line : CLI::detail::split(content, '\n')) {
    if (line.find_first_not_of(" \t\r") != line.npos) lines.push_back(line);
  }
  return lines;
}

void add_file(study::ScoresByDistance& scores, const std::string& path) {
  const auto lines = lines_with_words(base::read_file(path));
  base::require(!lines.empty(), "[cli] expected lines of text in {} but it has none", path);
  scores.add({lines, 1});
}

void add_standard_input(study::ScoresByDistance& scores) {
  LineChunks input("scores");
  bool any = false;
  while (input.next()) {
    any = true;
    scores.add(input.lines());
  }
  base::require(any, "[cli] expected lines of text on standard input but it has none");
}

std::vector<std::int64_t> chosen_layers(const RopeScoresOptions& options, std::int64_t count) {
  std::vector<std::int64_t> layers = options.layers;
  for (std::int64_t i = 0; options.layers.empty() && i < count; ++i) layers.push_back(i);
  for (const std::int64_t layer : layers)
    base::require(layer < count, "[cli] expected --layer from 0 to {} but got {}", count - 1,
                  layer);
  return layers;
}

report::LineChart scores_chart(const study::ScoreCurves& curves,
                               const std::vector<std::int64_t>& layers) {
  report::LineChart chart{
      "Scores by distance", "relative distance m − n", "mean of q_m · k_n / sqrt(D)", {}};
  for (const std::int64_t layer : layers) {
    report::Series series{
        fmt::format("layer {}", layer), {}, curves.scores[static_cast<std::size_t>(layer)]};
    for (std::size_t d = 0; d < series.y.size(); ++d) series.x.push_back(static_cast<double>(d));
    chart.series.push_back(std::move(series));
  }
  return chart;
}

// Null at a distance without pairs.
ordered_json scores_json(const study::ScoreCurves& curves, std::int64_t layer) {
  auto scores = ordered_json::array();
  for (std::size_t distance = 0; distance < curves.pairs.size(); ++distance) {
    const double score = curves.scores[static_cast<std::size_t>(layer)][distance];
    scores.push_back(curves.pairs[distance] > 0 ? ordered_json(score) : ordered_json());
  }
  return {{"layer", layer}, {"score", scores}};
}

void print_scores_json(const study::ScoreCurves& curves, const std::vector<std::int64_t>& layers) {
  ordered_json json = {{"pairs", curves.pairs}, {"layers", ordered_json::array()}};
  for (const std::int64_t layer : layers) json["layers"].push_back(scores_json(curves, layer));
  std::cout << json_report(json, "scores") << '\n';
}

void rope_scores_command(RopeScoresOptions& options) {
  options.scores.device = apply(options.common);
  study::ScoresByDistance scores(checkpoint::folder_of_own(options.model), options.scores);
  const auto layers = chosen_layers(options, scores.num_layers());
  if (options.text.empty()) {
    add_standard_input(scores);
  } else {
    add_file(scores, options.text);
  }
  const study::ScoreCurves curves = scores.curves();
  const report::LineChart chart = scores_chart(curves, layers);
  if (!options.svg.empty()) study::write_svg(options.svg, chart);
  if (options.common.json) return print_scores_json(curves, layers);
  report::print_table(study::sampled_table(chart, options.scores.max_distance));
  fmt::print("\n{}", report::text_chart(chart));
}

}  // namespace

void add_rope_scores_command(CLI::App& rope) {
  auto options = std::make_shared<RopeScoresOptions>();
  CLI::App* command = rope.add_subcommand(
      "scores", "A trained model's scores before the softmax by the distance of the tokens");
  add_model_option(*command, options->model);
  add_text(*command, "--text", options->text, "FILE",
           "file of lines to read; empty lines are left out (default: standard input)");
  command
      ->add_option("--layer", options->layers,
                   "layers to show, counted from 0 (default: all); may be given several times")
      ->check(CLI::Range(0, 100000))
      ->allow_extra_args(false);
  add_number(*command, "--max-distance", options->scores.max_distance, "the last distance", 0,
             kFarthestPair);
  add_length_options(*command, options->scores.length);
  add_text(*command, "--svg", options->svg, "FILE",
           "draw the curves into this file (default: not)");
  add_json_option(*command, options->common);
  add_device_options(*command, options->common);
  add_examples(*command,
               "roformer rope scores --model DIR --text lines.txt --truncate\n"
               "roformer rope scores --model DIR --layer 0 --max-distance 100 --json < lines.txt");
  command->callback([options] { rope_scores_command(*options); });
}

}  // namespace roformer::cli
