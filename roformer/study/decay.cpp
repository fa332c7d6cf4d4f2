// `reproduce decay`: what Eq. 37 proves, and what is true, for drawn, constant and trained vectors.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/rope/scaling.h"
#include "roformer/study/decay_bound.h"
#include "roformer/study/picture.h"
#include "roformer/study/studies.h"
#include "roformer/study/turning_vectors.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kDecayDim = 128;  // as in figure2
constexpr double kDecayBase = 10000;     // section 3.4.3
constexpr std::int64_t kFarthest = 1'000'000;
constexpr std::int64_t kRandomPairs = 200;
constexpr std::int64_t kPairsOfBatch = 256;  // of one layer

constexpr const char* kDecaySays =
    "Section 3.4.3 bounds the score of a query and a key by Eq. 37, (max_i |h_{i+1} − h_i|) "
    "Σ|S_{i+1}|, whose second factor falls with the distance (Figure 2). Beside it: Σ|h_i|, which "
    "bounds the score at every distance and knows no positions, and the modulus "
    "|Σ h_i e^{i(m−n)θ_i}| that both bound. All in units of Σ|h_i|, so that Eq. 37 says something "
    "of a distance only where it is below 1.";

struct NamedCurves {
  std::string name;
  DecayCurves curves;
};

report::Series decay_series(const std::string& name, const DecayGrid& grid,
                            const std::vector<double>& values) {
  // Distance 0 has no place on a logarithmic axis.
  return {
      name, {grid.distances.begin() + 1, grid.distances.end()}, {values.begin() + 1, values.end()}};
}

report::LineChart both_sides_chart(const std::string& title, const DecayGrid& grid,
                                   const std::vector<NamedCurves>& all) {
  report::LineChart chart{title, "relative distance m − n", "in units of Σ|h_i|", {}, true, true};
  for (const auto& [name, curves] : all) {
    chart.series.push_back(decay_series(name + ": bound of Eq. 37", grid, curves.bound));
    chart.series.push_back(decay_series(name + ": modulus", grid, curves.modulus));
  }
  chart.series.push_back(decay_series("Σ|h_i|, without positions", grid,
                                      std::vector<double>(grid.distances.size(), 1.0)));
  return chart;
}

bool is_power_of_ten(double distance) {
  const double power = std::round(std::log10(distance));
  return distance >= 1 && distance == std::pow(10.0, power);
}

report::Table by_distance_table(const DecayGrid& grid, const std::vector<NamedCurves>& all) {
  report::Table table;
  table.caption = "Means over the pairs, in units of Σ|h_i|";
  table.columns = {"distance"};
  table.align = {report::Align::right};
  for (const auto& [name, curves] : all)
    table.columns.insert(table.columns.end(), {name + ": bound", name + ": modulus"});
  table.columns.emplace_back("Σ|h_i|");
  for (std::size_t d = 0; d < grid.distances.size(); ++d) {
    if (d > 0 && d + 1 < grid.distances.size() && !is_power_of_ten(grid.distances[d])) continue;
    std::vector<std::string> row = {fmt::format("{:.0f}", grid.distances[d])};
    for (const auto& [name, curves] : all)
      row.insert(row.end(), {short_number(curves.bound[d]), short_number(curves.modulus[d])});
    row.emplace_back("1");
    table.rows.push_back(std::move(row));
  }
  return table;
}

report::Table smallest_table(const std::vector<NamedCurves>& all) {
  report::Table table;
  table.caption = "Smallest bound of Eq. 37 over all distances, in units of Σ|h_i|";
  table.columns = {"q and k", "pairs", "mean", "least", "most", "pairs below 1"};
  for (const auto& [name, curves] : all)
    table.rows.push_back({name, std::to_string(curves.pairs), short_number(curves.smallest_mean),
                          short_number(curves.smallest_least), short_number(curves.smallest_most),
                          std::to_string(curves.pairs_below)});
  return table;
}

nlohmann::ordered_json decay_json(const DecayCurves& curves) {
  return {{"pairs", curves.pairs},
          {"bound", curves.bound},
          {"modulus", curves.modulus},
          {"smallest_bound",
           {{"mean", curves.smallest_mean},
            {"least", curves.smallest_least},
            {"most", curves.smallest_most}}},
          {"pairs_below", curves.pairs_below}};
}

PictureSection drawn_section(const DecayGrid& grid, nlohmann::ordered_json& numbers) {
  const std::vector<NamedCurves> all = {{"random", random_curves(grid, kRandomPairs, 0)},
                                        {"constant", constant_curves(grid)}};
  numbers["distance"] = grid.distances;
  for (const auto& [name, curves] : all) numbers[name] = decay_json(curves);
  PictureSection section;
  section.heading =
      fmt::format("Random and constant vectors, d = {}, base {:.0f}", kDecayDim, kDecayBase);
  for (const auto& [name, curves] : all) {
    section.remarks.push_back(decay_verdict(name, curves, grid));
    section.remarks.push_back(modulus_remark(name, curves, grid));
  }
  section.charts = {{"decay", both_sides_chart("Bounds and modulus", grid, all)}};
  section.tables = {smallest_table(all), by_distance_table(grid, all)};
  return section;
}

// Rows of a query and of a key of one sequence, and a head; drawn by the `draw`-th numbers.
struct DrawnPair {
  std::int64_t query, key, head;
};

DrawnPair drawn_pair(const packed::PackedBatch& batch, std::int64_t heads, std::uint64_t draw) {
  const auto below = [&](std::uint64_t use, std::int64_t bound) {
    return static_cast<std::int64_t>(
        base::uniform_below(draw, use, static_cast<std::uint64_t>(bound)));
  };
  const auto offsets = batch.cu_seqlens.accessor<std::int32_t, 1>();
  const std::int64_t query = below(0, batch.num_tokens());
  std::int64_t sequence = 0;
  while (offsets[sequence + 1] <= query) ++sequence;
  const std::int64_t begin = offsets[sequence], end = offsets[sequence + 1];
  return {query, begin + below(1, end - begin), below(2, heads)};
}

std::span<const double> head_of(const torch::Tensor& rows, std::int64_t token, std::int64_t head) {
  const std::int64_t size = rows.size(2);
  return {rows.const_data_ptr<double>() + (token * rows.size(1) + head) * size,
          static_cast<std::size_t>(size)};
}

// Meters of the layers, and one of all of them at the end.
std::string read_model(const TurningModel& model, std::vector<DecayMeter>& meters) {
  std::uint64_t draws = 0;
  return model.read([&](std::int64_t layer, const TurningVectors& vectors,
                        const packed::PackedBatch& batch) {
    const torch::Tensor q = vectors.q.contiguous(), k = vectors.k.contiguous();
    for (std::int64_t i = 0; i < kPairsOfBatch; ++i) {
      const DrawnPair pair = drawn_pair(batch, q.size(1), base::derive(0, draws++));
      const auto query = head_of(q, pair.query, pair.head), key = head_of(k, pair.key, pair.head);
      meters[static_cast<std::size_t>(layer)].add(query, key);
      meters.back().add(query, key);
    }
  });
}

report::LineChart layers_chart(const DecayGrid& grid, const std::vector<NamedCurves>& layers) {
  report::LineChart chart{
      "Modulus by layer", "relative distance m − n", "in units of Σ|h_i|", {}, true, true};
  for (const auto& [name, curves] : layers)
    chart.series.push_back(decay_series(name, grid, curves.modulus));
  return chart;
}

PictureSection trained_section(const fs::path& folder, std::size_t number,
                               const StudyOptions& options, nlohmann::ordered_json& numbers) {
  const TurningModel model(folder, options);
  base::require(model.config().encoding.xpos_scale_base == 0,
                "[study] {}: expected a model without xPos but got xpos_scale_base = {}: its "
                "scores fall by a factor that Eq. 37 does not have",
                folder.string(), model.config().encoding.xpos_scale_base);
  const DecayGrid grid = decay_grid(model.frequencies(kFarthest + 1), kFarthest);
  const auto layers = static_cast<std::size_t>(model.config().num_hidden_layers);
  std::vector<DecayMeter> meters(layers + 1, DecayMeter(grid));
  const std::string text = read_model(model, meters);
  std::vector<NamedCurves> all;
  for (std::size_t layer = 0; layer < layers; ++layer)
    all.push_back({fmt::format("layer {}", layer), meters[layer].curves()});
  const NamedCurves whole = {"trained", meters.back().curves()};
  auto& json = numbers["models"].emplace_back();
  json = {{"model", folder.string()}, {"text", text}, {"distance", grid.distances}};
  json["all"] = decay_json(whole.curves);
  for (const auto& [name, curves] : all) json["layers"].push_back(decay_json(curves));
  PictureSection section;
  section.heading = "Trained vectors: " + folder.string();
  section.remarks = {fmt::format("{} of {} turning dimensions; {}.", model.words(),
                                 2 * grid.frequencies.size(), text),
                     decay_verdict("trained", whole.curves, grid),
                     modulus_remark("trained", whole.curves, grid)};
  const auto file = [&](const char* name) { return fmt::format("{}-{}", name, number); };
  section.charts = {{file("trained"), both_sides_chart("Bounds and modulus", grid, {whole})},
                    {file("layers"), layers_chart(grid, all)}};
  all.push_back({"all layers", whole.curves});
  section.tables = {smallest_table(all), by_distance_table(grid, {whole})};
  return section;
}

}  // namespace

int reproduce_decay(const StudyOptions& options) {
  Picture picture{"decay", "What the bound on the decay proves", kDecaySays, {}, {}};
  // Models first: one that is refused costs nothing else.
  std::vector<PictureSection> trained;
  nlohmann::ordered_json models = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < options.models.size(); ++i)
    trained.push_back(trained_section(options.models[i], i + 1, options, models));
  const DecayGrid grid = decay_grid(rope::plain_frequencies(kDecayDim, kDecayBase), kFarthest);
  picture.sections = {drawn_section(grid, picture.numbers)};
  picture.sections.insert(picture.sections.end(), trained.begin(), trained.end());
  picture.numbers.update(models);
  show_picture(picture, options);
  return 0;
}

}  // namespace roformer::study
