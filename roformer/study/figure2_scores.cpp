#include "roformer/study/figure2_scores.h"

#include <torch/types.h>

#include <limits>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/study/layer_products.h"

namespace roformer::study {
namespace {

using position::Role;
using torch::Tensor;

struct QueriesAndKeys {
  Tensor q, k;  // (N, H D)
};

// The turned queries and keys of a layer.
QueriesAndKeys turned(const model::Encoder& encoder, std::int64_t layer,
                      const LayerProducts& products, const position::Positions& positions) {
  const auto encoding = encoding_of(encoder);
  return {encoding->transform(products.q, positions, Role::query, layer).flatten(1),
          encoding->transform(products.k, positions, Role::key, layer).flatten(1)};
}

// Of the pairs of T tokens that count: their places in a (T, T) matrix and their distances.
struct TokenPairs {
  Tensor places, distances;  // (P) int64
};

TokenPairs pairs_within(std::int64_t tokens, std::int64_t max_distance, bool causal) {
  const Tensor place = torch::arange(tokens);
  const Tensor signed_distance = (place.unsqueeze(1) - place.unsqueeze(0)).flatten();
  const Tensor distance = causal ? signed_distance : signed_distance.abs();
  const Tensor places = ((distance >= 0) & (distance <= max_distance)).nonzero().squeeze(1);
  return {places, distance.index_select(0, places)};
}

}  // namespace

ScoresByDistance::ScoresByDistance(const std::filesystem::path& folder, const ScoreOptions& options)
    : options_(options) {
  options_.name = folder.string();
  base::require(options.max_distance >= 0, "[study] expected max_distance >= 0 but got {}",
                options.max_distance);
  model_ = checkpoint::load_model<model::Encoder>(folder).module;
  const auto& config = model_->config();
  base::require(config.encoding.name == "rotary" && config.attention == "softmax",
                "[study] {}: expected a model with rotary positions and softmax attention but got "
                "{} and {}",
                folder.string(), config.encoding.name, config.attention);
  model_->to(options.device);
  encoder_ = std::make_unique<pipeline::TextEncoder>(text::Tokenizer::load(folder), config,
                                                     options.length, options_.name);
  sums_ = torch::zeros({config.num_hidden_layers, options.max_distance + 1}, torch::kFloat64);
  pairs_ = torch::zeros({options.max_distance + 1}, torch::kInt64);
}

void ScoresByDistance::add(const pipeline::Lines& lines) {
  const auto pieces = encoder_->encode(lines);
  pipeline::compute_batches(pieces, options_, [&](const pipeline::TextBatch& batch) {
    std::vector<std::int64_t> numbers;
    for (const std::size_t piece : batch.pieces)
      numbers.push_back(lines.number(pieces[piece].line));
    add_batch(batch.tokens, numbers);
  });
}

void ScoresByDistance::add_batch(const packed::PackedBatch& batch,
                                 std::span<const std::int64_t> lines) {
  const ModelProducts products = layer_products(model_, batch);
  std::vector<QueriesAndKeys> layers;
  for (std::int64_t layer = 0; layer < sums_.size(0); ++layer)
    layers.push_back(turned(model_, layer, products.layers[static_cast<std::size_t>(layer)],
                            products.positions));
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b) {
    const auto begin = batch.cu_seqlens[b].item<std::int64_t>();
    const auto end = batch.cu_seqlens[b + 1].item<std::int64_t>();
    const TokenPairs pairs =
        pairs_within(end - begin, options_.max_distance, model_->config().is_decoder);
    pairs_.index_add_(0, pairs.distances, torch::ones_like(pairs.distances));
    for (std::int64_t layer = 0; layer < sums_.size(0); ++layer) {
      const auto& [q, k] = layers[static_cast<std::size_t>(layer)];
      const Tensor scores =
          torch::matmul(q.slice(0, begin, end), k.slice(0, begin, end).t()).flatten().cpu();
      pipeline::require_finite(
          {scores.const_data_ptr<float>(), static_cast<std::size_t>(scores.numel())}, "scores",
          lines[static_cast<std::size_t>(b)], options_.name);
      sums_[layer].index_add_(0, pairs.distances,
                              scores.index_select(0, pairs.places).to(torch::kFloat64));
    }
  }
}

ScoreCurves ScoresByDistance::curves() const {
  ScoreCurves curves;
  const auto& config = model_->config();
  // The product of whole rows is the sum over the heads.
  const double divisor = encoding_of(model_)->score_divisor(config.head_size()) *
                         static_cast<double>(config.num_attention_heads);
  const auto counts = pairs_.accessor<std::int64_t, 1>();
  const auto sums = sums_.accessor<double, 2>();
  for (std::int64_t d = 0; d < pairs_.size(0); ++d) curves.pairs.push_back(counts[d]);
  for (std::int64_t layer = 0; layer < sums_.size(0); ++layer) {
    auto& means = curves.scores.emplace_back();
    for (std::int64_t d = 0; d < pairs_.size(0); ++d)
      means.push_back(counts[d] > 0 ? sums[layer][d] / divisor / static_cast<double>(counts[d])
                                    : std::numeric_limits<double>::quiet_NaN());
  }
  return curves;
}

}  // namespace roformer::study
