#include "roformer/study/turning_vectors.h"

#include <torch/utils.h>

#include "roformer/attention/span.h"
#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/position/rotary.h"
#include "roformer/study/layer_products.h"
#include "roformer/study/sample_text.h"

namespace roformer::study {
namespace {

using torch::Tensor;

std::int64_t turning_size(const model::EncoderConfig& config) {
  if (config.turning_features() > 0) return config.turning_features();
  const std::int64_t chosen = config.encoding.rotary_dim;
  return chosen > 0 ? chosen : config.head_size();
}

attention::Visibility visibility_of(const model::EncoderConfig& config) {
  return config.is_decoder ? attention::Visibility::causal : attention::Visibility::two_sided;
}

// q and k as they are, or what φ makes of them where features turn.
TurningVectors unturned(const model::Encoder& model, std::int64_t layer,
                        const LayerProducts& products, const packed::PackedBatch& batch) {
  const auto& config = model->config();
  if (config.turning_features() == 0) return {products.q, products.k};
  const auto spans =
      attention::self_spans(batch.cu_seqlens, batch.num_tokens(), visibility_of(config));
  const auto features =
      feature_map_of(model, layer)->map(products.q, products.k, products.v, spans);
  return {features.q, features.k};
}

}  // namespace

Tensor paired(const Tensor& x, std::int64_t rotary_dim, bool interleaved) {
  const Tensor turning = x.slice(2, 0, rotary_dim);
  if (interleaved) return turning;
  return turning.unflatten(2, {2, rotary_dim / 2}).transpose(2, 3).flatten(2);
}

TurningModel::TurningModel(const std::filesystem::path& folder, const StudyOptions& options)
    : folder_(folder), options_(options) {
  model_ = checkpoint::load_model<model::Encoder>(checkpoint::Folder(folder)).module;
  base::require(config().encoding.name == "rotary",
                "[study] {}: expected a model with rotary positions but got {}", folder.string(),
                config().encoding.name);
  model_->to(c10::Device(options.device));
}

std::vector<double> TurningModel::frequencies(std::int64_t length) const {
  const auto& encoding = config().encoding;
  return rope::scaled_frequencies(turning_size(config()), encoding.rope_theta,
                                  position::scaling_of(encoding, config().max_position_embeddings),
                                  length)
      .inverse;
}

std::string TurningModel::words() const {
  return config().turning_features() > 0 ? "features of queries and keys" : "queries and keys";
}

std::string TurningModel::read(const std::function<void(std::int64_t, const TurningVectors&,
                                                        const packed::PackedBatch&)>& visit) const {
  const std::int64_t size = turning_size(config());
  const bool interleaved = config().encoding.rotary_interleaved;
  const auto vectors_of = [&](const Tensor& x) {
    const Tensor vectors = paired(x, size, interleaved).to(torch::kCPU, torch::kFloat64);
    base::require(vectors.isfinite().all().item<bool>(),
                  "[study] {}: expected finite queries and keys but got others: the model's "
                  "weights are damaged",
                  folder_.string());
    return vectors;
  };
  return read_sample(folder_, config(), options_, [&](const packed::PackedBatch& batch) {
    const ModelProducts products = layer_products(model_, batch);
    for (std::size_t layer = 0; layer < products.layers.size(); ++layer) {
      const auto number = static_cast<std::int64_t>(layer);
      const torch::NoGradGuard no_gradient;
      const auto [q, k] = unturned(model_, number, products.layers[layer], batch);
      visit(number, {vectors_of(q), vectors_of(k)}, batch);
    }
  });
}

}  // namespace roformer::study
