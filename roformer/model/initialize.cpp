#include "roformer/model/initialize.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/format/blank_weights.h"

namespace roformer::model {
namespace {

using torch::Tensor;

// The deviation of a standard normal cut off at ±2 is 0.87962566; its inverse restores 1.
constexpr double cut_off_correction = 1.13684723;

// The fan of RoFormerV2's initialiser: the rows of bert4keras' (in, out) kernel, unless these are
// so many or so few that it must be an embedding or a head. `weight` is (out, in), embeddings
// (rows, size) in both.
std::int64_t fan_of(const Tensor& weight, bool is_embedding) {
  const std::int64_t first = is_embedding ? weight.size(0) : weight.size(1),
                     second = is_embedding ? weight.size(1) : weight.size(0);
  return first > 10000 || first < 10 ? second : first;
}

// N(0, deviation²) cut off at two deviations, by the inverse of its distribution function.
void draw_cut_off_normal(const Tensor& weight, double deviation) {
  const double most = std::erf(std::sqrt(2.0));
  weight.uniform_(-most, most).erfinv_().mul_(std::sqrt(2.0) * deviation);
}

void draw_weight(const std::string& name, const Tensor& weight, const EncoderConfig& config) {
  if (config.norm_type == "layer_norm") {
    weight.normal_(0, config.initializer_range);
    return;
  }
  const bool is_embedding = name.find("embeddings.") != std::string::npos;
  const auto scale = static_cast<double>(fan_of(weight, is_embedding) *
                                         std::max<std::int64_t>(1, config.num_hidden_layers));
  draw_cut_off_normal(weight, cut_off_correction / std::sqrt(scale));
}

// U(−a, a), a = gain √(6 / (in + out)) (Glorot & Bengio 2010), for each of `parts` matrices that
// lie below each other.
void draw_glorot(const Tensor& weight, std::int64_t parts, double gain) {
  const std::int64_t fans = weight.size(0) / parts + weight.size(1);
  const double most = gain * std::sqrt(6 / static_cast<double>(fans));
  weight.uniform_(-most, most);
}

bool contains(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

}  // namespace

void initialize_translation(torch::nn::Module& module) {
  const torch::NoGradGuard no_gradient;
  for (auto& parameter : module.named_parameters()) {
    const std::string& name = parameter.key();
    if (contains(name, "position_embeddings.") || parameter.value().dim() != 2) continue;
    if (contains(name, ".self.qkv.")) {
      draw_glorot(parameter.value(), 3, std::sqrt(0.5));
    } else if (contains(name, ".self.kv.")) {
      draw_glorot(parameter.value(), 2, std::sqrt(0.5));
    } else {
      draw_glorot(parameter.value(), 1, contains(name, ".self.query.") ? std::sqrt(0.5) : 1);
    }
  }
}

torch::nn::Embedding new_table(std::int64_t rows, std::int64_t size) {
  torch::nn::EmbeddingOptions options(rows, size);
  if (format::weights_are_blank()) options._weight(format::new_weight({rows, size}));
  return torch::nn::Embedding(options);
}

void initialize(torch::nn::Module& module, const EncoderConfig& config) {
  if (format::weights_are_blank()) return;
  const torch::NoGradGuard no_gradient;
  for (auto& parameter : module.named_parameters()) {
    const std::string& name = parameter.key();
    if (name.find("position_embeddings.") != std::string::npos) continue;  // drawn by the encoding
    if (name.ends_with("bias")) {
      parameter.value().zero_();
    } else if (name.find("LayerNorm") != std::string::npos) {
      parameter.value().fill_(1);
    } else {
      draw_weight(name, parameter.value(), config);
    }
  }
}

}  // namespace roformer::model
