#include "roformer/study/layer_products.h"

#include <fmt/format.h>
#include <torch/utils.h>

namespace roformer::study {
namespace {

using torch::Tensor;

std::string attention_name(std::int64_t layer) {
  return fmt::format("encoder.layer.{}.attention.self", layer);
}

// The layer's three products of x (N, hidden): (N, 3, H, D).
Tensor product_of(const model::Encoder& encoder, std::int64_t layer, const Tensor& x) {
  const auto& config = encoder->config();
  const auto parameters = encoder->named_parameters();
  const std::string prefix = attention_name(layer) + ".qkv.";
  const Tensor* bias = parameters.find(prefix + "bias");
  return torch::linear(x, parameters[prefix + "weight"], bias == nullptr ? Tensor() : *bias)
      .view({-1, 3, config.num_attention_heads, config.head_size()});
}

}  // namespace

std::shared_ptr<position::PositionEncoding> encoding_of(const model::Encoder& encoder) {
  const auto modules = encoder->named_modules();
  return std::dynamic_pointer_cast<position::PositionEncoding>(
      modules["embeddings.position_embeddings"]);
}

attention::FeatureMap feature_map_of(const model::Encoder& encoder, std::int64_t layer) {
  const auto modules = encoder->named_modules();
  const auto* module = modules.find(attention_name(layer) + ".feature_map");
  if (module == nullptr) return attention::FeatureMap(nullptr);
  return attention::FeatureMap(std::dynamic_pointer_cast<attention::FeatureMapImpl>(*module));
}

ModelProducts layer_products(const model::Encoder& encoder, const packed::PackedBatch& batch) {
  const torch::NoGradGuard no_gradient;
  model::EncoderTrace trace;
  trace.want_hidden_states = true;
  model::ForwardOptions forward;
  forward.trace = &trace;
  model::Encoder(encoder)->forward(batch, forward);
  const auto encoding = encoding_of(encoder);
  ModelProducts products;
  products.positions = encoding->prepare_batch(batch, trace.hidden_states.front().scalar_type());
  for (std::int64_t layer = 0; layer < encoder->config().num_hidden_layers; ++layer) {
    const Tensor& hidden = trace.hidden_states[static_cast<std::size_t>(layer)];
    const Tensor qkv =
        product_of(encoder, layer, encoding->enter_block(hidden, products.positions, layer));
    products.layers.push_back({qkv.select(1, 0), qkv.select(1, 1), qkv.select(1, 2)});
  }
  return products;
}

}  // namespace roformer::study
