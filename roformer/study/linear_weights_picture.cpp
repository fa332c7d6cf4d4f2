// `reproduce linear-weights`: Eq. 19's weights of random inputs and of trained Performers.
#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/rope/decay.h"
#include "roformer/study/linear_weights.h"
#include "roformer/study/picture.h"
#include "roformer/study/sample_text.h"
#include "roformer/study/studies.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

using torch::Tensor;

constexpr std::int64_t kRandomLength = 256, kRandomHeads = 4, kRandomHeadSize = 64;
constexpr std::int64_t kMostSequences = 4;  // of a model: T² weights a head and layer each

constexpr const char* kWeightsSay =
    "Eq. 19 turns the features in the numerator and leaves the denominator as it was. So a weight "
    "may be below 0 and a row of weights need not sum to 1, as it does where queries and keys turn "
    "before the feature map (performer-pytorch). Both orders on the same queries and keys.";

struct OrderFigures {
  std::string order;  // for people
  RowFigures figures;
};

const char* words_of(TurnOrder order) {
  return order == TurnOrder::features ? "behind φ (Eq. 19)" : "before φ";
}

// One layer's weights, or all layers', in each order.
using LayerFigures = std::vector<OrderFigures>;

// The encodings that are compared: both orders of a rotary one, else none.
struct ComparedOrder {
  std::string name;
  std::shared_ptr<position::PositionEncoding> encoding;  // null: nothing turns
};

std::vector<ComparedOrder> compared_orders(const model::EncoderConfig& config) {
  if (config.encoding.name != "rotary") return {{"none", nullptr}};
  std::vector<ComparedOrder> orders;
  for (const TurnOrder order : {TurnOrder::features, TurnOrder::inputs})
    orders.push_back({words_of(order), turning_encoding(config, order)});
  return orders;
}

LayerFigures empty_figures(const std::vector<ComparedOrder>& orders) {
  LayerFigures figures;
  for (const auto& order : orders) figures.push_back({order.name, {}});
  return figures;
}

// Adds one sequence's weights to all of `targets`.
void add_sequence(const LayerProducts& products, bool causal, const attention::FeatureMap& map,
                  const std::vector<ComparedOrder>& orders,
                  const std::vector<LayerFigures*>& targets) {
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto inputs = turned_inputs(products, causal, map, orders[i].encoding.get());
    for (std::int64_t head = 0; head < products.q.size(1); ++head) {
      const Tensor weights = linear_weights(inputs, head, map->options(), causal);
      for (LayerFigures* target : targets) (*target)[i].figures.add(weights, causal);
    }
  }
}

std::string figures_remark(const std::string& name, const OrderFigures& order) {
  const RowFigures& figures = order.figures;
  return fmt::format(
      "{}, rotation {}: {:.1f} % of the weights are below 0; rows sum to {} on average (deviation "
      "{}, from {} to {}), their moduli to {}.",
      name, order.order, 100 * figures.negative_share(), short_number(figures.row_mean()),
      short_number(figures.row_deviation()), short_number(figures.row_least()),
      short_number(figures.row_most()), short_number(figures.absolute_mean()));
}

report::Table figures_table() {
  report::Table table;
  table.columns = {"",      "rotation", "weights below 0",    "sum of a row: mean", "deviation",
                   "least", "most",     "Σ|weights| of a row"};
  table.align = {report::Align::left, report::Align::left};
  return table;
}

void add_figures(report::Table& table, const std::string& name, const LayerFigures& figures) {
  for (const auto& [order, rows] : figures)
    table.rows.push_back({name, order, fmt::format("{:.2f} %", 100 * rows.negative_share()),
                          short_number(rows.row_mean()), short_number(rows.row_deviation()),
                          short_number(rows.row_least()), short_number(rows.row_most()),
                          short_number(rows.absolute_mean())});
}

nlohmann::ordered_json order_json(const RowFigures& figures) {
  const auto places = figures.by_place();
  return {{"negative_share", figures.negative_share()},
          {"row_sum",
           {{"mean", figures.row_mean()},
            {"deviation", figures.row_deviation()},
            {"least", figures.row_least()},
            {"most", figures.row_most()}}},
          {"sum_of_moduli", figures.absolute_mean()},
          {"by_place",
           {{"row_sum", places.mean},
            {"deviation", places.deviation},
            {"negative_share", places.negative_share}}}};
}

nlohmann::ordered_json figures_json(const LayerFigures& figures) {
  nlohmann::ordered_json json;
  for (const auto& [order, rows] : figures) json[order] = order_json(rows);
  return json;
}

struct NamedFigures {
  std::string name;
  LayerFigures figures;
};

// Means and bands over heads and sequences (of a model its layers too), by the query's place.
std::vector<NamedChart> place_charts(const std::vector<NamedFigures>& all,
                                     const std::string& file) {
  report::LineChart sums{"Sums of rows", "place of the query", "sum of its weights", {}};
  sums.band_title = "line: mean, band: ± standard deviation";
  report::LineChart shares{"Weights below 0", "place of the query", "share of its weights", {}};
  for (const auto& [name, figures] : all) {
    for (const auto& [order, rows] : figures) {
      const auto places = rows.by_place();
      const std::string label = fmt::format("{}, {}", name, order);
      report::Series line{label, places.place, places.mean};
      line.band.emplace();
      for (std::size_t i = 0; i < places.mean.size(); ++i) {
        line.band->lower.push_back(places.mean[i] - places.deviation[i]);
        line.band->upper.push_back(places.mean[i] + places.deviation[i]);
      }
      sums.series.push_back(std::move(line));
      shares.series.push_back({label, places.place, places.negative_share});
    }
  }
  return {{"row-sums" + file, sums}, {"negative" + file, shares}};
}

Tensor normal_rows(std::uint64_t seed) {
  const auto numbers = rope::normal_vector(
      static_cast<std::size_t>(kRandomLength * kRandomHeads * kRandomHeadSize), seed);
  return torch::tensor(numbers, torch::kFloat64)
      .view({kRandomLength, kRandomHeads, kRandomHeadSize});
}

model::EncoderConfig random_config(const std::string& feature_map) {
  model::EncoderConfig config;
  config.hidden_size = kRandomHeads * kRandomHeadSize;
  config.num_attention_heads = kRandomHeads;
  config.attention = "linear";
  config.linear.feature_map = feature_map;
  config.is_decoder = true;
  return config;
}

NamedFigures random_figures(const std::string& feature_map) {
  const model::EncoderConfig config = random_config(feature_map);
  attention::FeatureMap map(config.linear, kRandomHeadSize);
  map->draw(0);
  const auto orders = compared_orders(config);
  NamedFigures random{feature_map, empty_figures(orders)};
  const Tensor q = normal_rows(1), k = normal_rows(2);
  add_sequence({q, k, q}, /*causal=*/true, map, orders, {&random.figures});
  return random;
}

PictureSection random_section(nlohmann::ordered_json& numbers) {
  PictureSection section;
  section.heading = fmt::format("Random inputs, D = {}, {} tokens that look back", kRandomHeadSize,
                                kRandomLength);
  std::vector<NamedFigures> all;
  section.tables = {figures_table()};
  for (const char* feature_map : {"favor", "elu", "relu"}) {
    all.push_back(random_figures(feature_map));
    for (const auto& order : all.back().figures)
      section.remarks.push_back(figures_remark(feature_map, order));
    numbers["random"][feature_map] = figures_json(all.back().figures);
    add_figures(section.tables.front(), feature_map, all.back().figures);
  }
  section.charts = place_charts({all.front()}, "-random");
  return section;
}

// A model's figures by layer, those of all layers at the end.
struct ModelFigures {
  std::vector<NamedFigures> layers;
  std::string text;
};

LayerProducts sequence_of(const LayerProducts& products, std::int64_t begin, std::int64_t end) {
  const auto part = [&](const Tensor& x) {
    return x.slice(0, begin, end).to(torch::kCPU, torch::kFloat64);
  };
  return {part(products.q), part(products.k), part(products.v)};
}

ModelFigures model_figures(const model::Encoder& model, const fs::path& folder,
                           const StudyOptions& options) {
  const auto& config = model->config();
  const auto orders = compared_orders(config);
  ModelFigures found;
  for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
    found.layers.push_back({fmt::format("layer {}", layer), empty_figures(orders)});
  found.layers.push_back({"all layers", empty_figures(orders)});
  std::int64_t left = kMostSequences;
  found.text = read_sample(folder, config, options, [&](const packed::PackedBatch& batch) {
    if (left == 0) return;
    const ModelProducts products = layer_products(model, batch);
    const auto offsets = batch.cu_seqlens.accessor<std::int32_t, 1>();
    for (std::int64_t b = 0; b < batch.num_sequences() && left > 0; ++b, --left) {
      for (std::size_t layer = 0; layer < products.layers.size(); ++layer) {
        auto map = feature_map_of(model, static_cast<std::int64_t>(layer));
        add_sequence(sequence_of(products.layers[layer], offsets[b], offsets[b + 1]),
                     config.is_decoder, map, orders,
                     {&found.layers[layer].figures, &found.layers.back().figures});
      }
    }
  });
  return found;
}

// "loss 2.01" of its own evaluation; empty for folders that lie in no run.
std::string loss_words(const fs::path& folder, const StudyOptions& options,
                       nlohmann::ordered_json& json) {
  const fs::path recipe = task::own_recipe(folder);
  if (recipe.empty()) return "no run, so without a loss";
  const auto figures = task::evaluate_model(task::read_recipe(recipe), folder,
                                            data::Split::validation, c10::Device(options.device));
  std::string words;
  for (const auto& [name, value] : figures) {
    json["figures"][name] = value;
    if (words.empty()) words = fmt::format("held-out {} {:.4f}", name, value);
  }
  return words;
}

PictureSection model_section(const fs::path& folder, std::size_t number,
                             const StudyOptions& options, nlohmann::ordered_json& numbers) {
  auto model = checkpoint::load_model<model::Encoder>(checkpoint::Folder(folder)).module;
  const auto& config = model->config();
  base::require(config.attention == "linear",
                "[study] {}: expected a model with linear attention but got {}", folder.string(),
                config.attention);
  model->to(c10::Device(options.device));
  const ModelFigures found = model_figures(model, folder, options);
  for (const auto& order : found.layers.back().figures)
    base::require(std::isfinite(order.figures.absolute_mean()),
                  "[study] {}: expected finite weights but got others: the model's weights are "
                  "damaged",
                  folder.string());
  auto& json = numbers["models"].emplace_back();
  json = {{"model", folder.string()},
          {"text", found.text},
          {"feature_map", config.linear.feature_map},
          {"rotation", config.encoding.name == "rotary" ? config.linear.rotation : "none"}};
  const std::string loss = loss_words(folder, options, json);
  PictureSection section;
  section.heading = folder.string();
  section.tables = {figures_table()};
  section.tables.front().caption = loss;
  for (const auto& [name, figures] : found.layers) {
    json["layers"].push_back(figures_json(figures));
    add_figures(section.tables.front(), name, figures);
  }
  for (const auto& order : found.layers.back().figures)
    section.remarks.push_back(figures_remark("All layers", order));
  section.remarks.push_back(fmt::format(
      "Feature map {}, trained with rotation of {}; {}; {}. The other order is that of weights "
      "that were not trained for it.",
      config.linear.feature_map, json["rotation"].get<std::string>(), loss, found.text));
  section.charts = place_charts({found.layers.back()}, fmt::format("-{}", number));
  return section;
}

}  // namespace

int reproduce_linear_weights(const StudyOptions& options) {
  Picture picture{
      "linear-weights", "Weights of linear attention with rotation", kWeightsSay, {}, {}};
  const torch::NoGradGuard no_gradient;
  // Models first: what is drawn at random stands beside them.
  for (std::size_t i = 0; i < options.models.size(); ++i)
    picture.sections.push_back(model_section(options.models[i], i + 1, options, picture.numbers));
  picture.sections.push_back(random_section(picture.numbers));
  show_picture(picture, options);
  return 0;
}

}  // namespace roformer::study
