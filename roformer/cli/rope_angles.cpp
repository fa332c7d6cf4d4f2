// roformer rope angles: the frequencies and the angles of some positions.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <numbers>

#include "roformer/cli/command.h"
#include "roformer/cli/frequency_options.h"
#include "roformer/cli/json_output.h"
#include "roformer/report/table.h"

namespace roformer::cli {
namespace {

constexpr std::int64_t kFarthestAngle = 1'000'000'000'000;

struct RopeAnglesOptions {
  CommonOptions common;
  FrequencyOptions frequencies;
  std::vector<std::int64_t> positions = {0, 1, 2, 3};
};

void print_angles_json(const std::vector<std::int64_t>& positions,
                       const rope::Frequencies& frequencies) {
  nlohmann::ordered_json json;
  json["inverse_frequencies"] = frequencies.inverse;
  json["attention_factor"] = frequencies.attention_factor;
  json["positions"] = positions;
  json["angles"] = nlohmann::json::array();
  for (const std::int64_t position : positions) {
    std::vector<double> row;
    for (const double frequency : frequencies.inverse)
      row.push_back(static_cast<double>(position) * frequency);
    json["angles"].push_back(row);
  }
  std::cout << json_report(json, "angles") << '\n';
}

void print_angles_table(const std::vector<std::int64_t>& positions,
                        const rope::Frequencies& frequencies) {
  report::Table table;
  table.columns = {"pair", "θ", "wavelength"};
  table.align = {report::Align::right};
  for (const std::int64_t position : positions)
    table.columns.push_back(fmt::format("{} θ", position));
  for (std::size_t i = 0; i < frequencies.inverse.size(); ++i) {
    const double frequency = frequencies.inverse[i];
    std::vector<std::string> row = {
        std::to_string(i), fmt::format("{:.6g}", frequency),
        frequency > 0 ? fmt::format("{:.6g}", 2 * std::numbers::pi / frequency) : "none"};
    for (const std::int64_t position : positions)
      row.push_back(fmt::format("{:.6g}", static_cast<double>(position) * frequency));
    table.rows.push_back(std::move(row));
  }
  report::print_table(table);
  fmt::print("cos and sin are multiplied by {:.6g}\n", frequencies.attention_factor);
}

void rope_angles_command(const CLI::App& command, const RopeAnglesOptions& options) {
  const std::int64_t last = *std::max_element(options.positions.begin(), options.positions.end());
  const auto frequencies = frequencies_of(command, options.frequencies, last + 1);
  if (options.common.json) return print_angles_json(options.positions, frequencies);
  print_angles_table(options.positions, frequencies);
}

}  // namespace

void add_rope_angles_command(CLI::App& rope) {
  auto options = std::make_shared<RopeAnglesOptions>();
  options->frequencies.dim = 64;
  CLI::App* command =
      rope.add_subcommand("angles", "How far each pair of dimensions turns at some positions");
  command
      ->add_option("--positions", options->positions,
                   "the positions, of any sign (default: 0,1,2,3)")
      ->delimiter(',')
      ->check(CLI::Range(-kFarthestAngle, kFarthestAngle))
      ->type_name("N,N,…");
  add_frequency_options(*command, options->frequencies);
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer rope angles --positions -1,0,5 --dim 8\n"
               "roformer rope angles --dim 64 --scaling yarn --factor 4 --original-length 512 "
               "--json");
  command->callback([command, options] { rope_angles_command(*command, *options); });
}

}  // namespace roformer::cli
