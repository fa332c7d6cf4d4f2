// roformer rope example: RoPE step by step on a few numbers.
#include "roformer/rope/example.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/cli/command.h"
#include "roformer/cli/json_output.h"
#include "roformer/report/table.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMostDimensions = 16;  // a matrix fits a screen
constexpr std::size_t kMostPositions = 16;
constexpr std::int64_t kFarthestStep = 1'000'000'000;

struct RopeExampleOptions {
  CommonOptions common;
  rope::ExampleInputs inputs;
  std::int64_t dim = 4;
  std::string svg;
};

// The pair (x, y), dim / 2 times.
rope::Vector repeated_pair(double x, double y, std::int64_t dim) {
  rope::Vector result;
  for (std::int64_t i = 0; i + 1 < dim; i += 2) result.insert(result.end(), {x, y});
  return result;
}

std::string row_of(const rope::Vector& values) {
  std::string text;
  for (const double value : values) text += fmt::format(" {:8.4f}", value);
  return text;
}

void print_step(const rope::ExampleStep& step) {
  fmt::print("\nposition m = {}\n", step.position);
  fmt::print("  angles m θ_i   {}\n", row_of(step.angles));
  for (std::size_t i = 0; i < step.rotation.size(); ++i)
    fmt::print("  {}{}\n", i == 0 ? "R_m            " : "               ",
               row_of(step.rotation[i]));
  fmt::print("  R_m q          {}\n  R_m k          {}\n", row_of(step.query), row_of(step.key));
}

report::Table score_table(const rope::Example& example) {
  report::Table table;
  table.caption = "scores (R_m q) · (R_n k), a row for each m, a column for each n";
  table.columns = {"m \\ n"};
  table.align = {report::Align::right};
  for (const auto& step : example.steps) table.columns.push_back(std::to_string(step.position));
  for (std::size_t m = 0; m < example.steps.size(); ++m) {
    auto& row = table.rows.emplace_back();
    row.push_back(std::to_string(example.steps[m].position));
    for (const double score : example.scores[m]) row.push_back(fmt::format("{:.4f}", score));
  }
  return table;
}

report::Table distance_table(const rope::Example& example) {
  report::Table table;
  table.caption = "the same by distance: all pairs (m, n) with one m - n have one score (Eq. 16)";
  table.columns = {"m - n", "pairs", "score", "largest less smallest"};
  table.align = {report::Align::right};
  for (const auto& row : example.by_distance)
    table.rows.push_back({std::to_string(row.distance), std::to_string(row.pairs),
                          fmt::format("{:.4f}", row.score), fmt::format("{:.1e}", row.spread)});
  return table;
}

void print_example(const RopeExampleOptions& options, const rope::Example& example) {
  fmt::print("d = {}, base {:g}: pair i turns by m θ_i, θ_i = base^(-2i/d)\n", options.dim,
             options.inputs.base);
  fmt::print("  θ_i            {}\n  query q        {}\n  key k          {}\n",
             row_of(example.frequencies), row_of(options.inputs.query), row_of(options.inputs.key));
  for (const auto& step : example.steps) print_step(step);
  fmt::print("\n");
  report::print_table(score_table(example));
  fmt::print("\n");
  report::print_table(distance_table(example));
}

void print_example_json(const RopeExampleOptions& options, const rope::Example& example) {
  auto positions = ordered_json::array(), distances = ordered_json::array();
  for (const auto& step : example.steps)
    positions.push_back({{"position", step.position},
                         {"angles", step.angles},
                         {"rotation", step.rotation},
                         {"query", step.query},
                         {"key", step.key}});
  for (const auto& row : example.by_distance)
    distances.push_back({{"distance", row.distance}, {"pairs", row.pairs}, {"score", row.score}});
  const ordered_json json = {{"frequencies", example.frequencies}, {"query", options.inputs.query},
                             {"key", options.inputs.key},          {"positions", positions},
                             {"scores", example.scores},           {"by_distance", distances}};
  std::cout << json_report(json, "example") << '\n';
}

void rope_example_command(RopeExampleOptions& options) {
  auto& inputs = options.inputs;
  base::require(inputs.positions.size() <= kMostPositions,
                "[cli] expected at most {} --positions but got {}", kMostPositions,
                inputs.positions.size());
  if (inputs.query.empty()) inputs.query = repeated_pair(1, 0, options.dim);
  if (inputs.key.empty()) inputs.key = repeated_pair(0.8, 0.6, options.dim);
  for (const auto& [name, vector] : {std::pair{"--query", &inputs.query}, {"--key", &inputs.key}}) {
    base::require(options.dim % 2 == 0 && vector->size() == static_cast<std::size_t>(options.dim),
                  "[cli] expected an even --dim and as many numbers in {} but got {} and {}", name,
                  options.dim, vector->size());
  }
  const rope::Example example = rope::worked_example(inputs);
  if (!options.svg.empty())
    base::write_file_atomically(options.svg, rope::example_picture(example));
  if (options.common.json) return print_example_json(options, example);
  print_example(options, example);
}

}  // namespace

void add_rope_example_command(CLI::App& rope) {
  auto options = std::make_shared<RopeExampleOptions>();
  CLI::App* command = rope.add_subcommand(
      "example", "A query and a key turned by some positions, step by step, and their scores");
  add_number(*command, "--dim", options->dim, "numbers in query and key, two a pair", 2,
             kMostDimensions);
  command->add_option("--base", options->inputs.base, "base of the angles")->capture_default_str();
  command
      ->add_option("--positions", options->inputs.positions,
                   "the positions, of any sign (default: 1,2,3,4)")
      ->delimiter(',')
      ->check(CLI::Range(-kFarthestStep, kFarthestStep))
      ->type_name("N,N,…");
  command->add_option("--query", options->inputs.query, "the query (default: each pair 1,0)")
      ->delimiter(',')
      ->check(real_number())
      ->type_name("X,X,…");
  command->add_option("--key", options->inputs.key, "the key (default: each pair 0.8,0.6)")
      ->delimiter(',')
      ->check(real_number())
      ->type_name("X,X,…");
  add_text(*command, "--svg", options->svg, "FILE",
           "draw the turning query into this file (default: not)");
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer rope example\n"
               "roformer rope example --dim 2 --positions 0,5,10 --query 1,0 --key 0,1 --svg "
               "turning.svg");
  command->callback([options] { rope_example_command(*options); });
}

}  // namespace roformer::cli
