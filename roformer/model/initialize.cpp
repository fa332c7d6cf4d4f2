#include "roformer/model/initialize.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

#include "roformer/attention/feature_map.h"
#include "roformer/base/hash.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/norm.h"
#include "roformer/position/position_encoding.h"

namespace roformer::model {
namespace {

using torch::Tensor;

// Draws the weight of this name, no bias and no norm's, from `numbers`.
using Rule =
    std::function<void(const Tensor& weight, std::string_view name, const at::Generator& numbers)>;

// How the weights of a model are drawn.
class Drawing {
 public:
  // `deviation` is that of a position encoding's tables.
  Drawing(std::uint64_t seed, double deviation, Rule rule)
      : seed_(seed), deviation_(deviation), rule_(std::move(rule)) {}

  // All of a module that the model calls `name`.
  void draw(torch::nn::Module& module, const std::string& name) const {
    if (const auto* encoding = module.as<position::PositionEncoding>())
      return draw_tables(*encoding, name);
    if (auto* map = module.as<attention::FeatureMapImpl>())
      return map->draw(seed_of(joined(name, "projection")));
    if (module.as<NormImpl>() != nullptr) return;  // begins as its constructor leaves it
    for (auto& parameter : module.named_parameters(/*recurse=*/false))
      draw_weight(parameter.value(), joined(name, parameter.key()));
    for (auto& child : module.named_children()) draw(*child.value(), joined(name, child.key()));
  }

 private:
  static std::string joined(const std::string& module, const std::string& name) {
    return module.empty() ? name : module + "." + name;
  }
  std::uint64_t seed_of(std::string_view name) const { return base::hash_bytes(name, seed_); }
  // On the CPU, where weights are made: all devices begin alike.
  at::Generator numbers_of(std::string_view name) const {
    return at::detail::createCPUGenerator(seed_of(name));
  }
  void draw_weight(const Tensor& weight, const std::string& name) const {
    if (name.ends_with("bias")) {
      weight.zero_();
    } else {
      rule_(weight, name, numbers_of(name));
    }
  }
  void draw_tables(const position::PositionEncoding& encoding, const std::string& name) const {
    for (auto& parameter : encoding.named_parameters()) {
      if (encoding.is_drawn(parameter.key()))
        parameter.value().normal_(0, deviation_, numbers_of(joined(name, parameter.key())));
    }
  }

  std::uint64_t seed_;
  double deviation_;
  Rule rule_;
};

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

bool contains(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

// N(0, deviation²) cut off at two deviations, by the inverse of its distribution function.
void draw_cut_off_normal(const Tensor& weight, double deviation, const at::Generator& numbers) {
  const double most = std::erf(std::sqrt(2.0));
  weight.uniform_(-most, most, numbers).erfinv_().mul_(std::sqrt(2.0) * deviation);
}

Rule rule_of(const EncoderConfig& config) {
  if (config.norm_type == "layer_norm") {
    return [deviation = config.initializer_range](const Tensor& weight, std::string_view,
                                                  const at::Generator& numbers) {
      weight.normal_(0, deviation, numbers);
    };
  }
  return [layers = std::max<std::int64_t>(1, config.num_hidden_layers)](
             const Tensor& weight, std::string_view name, const at::Generator& numbers) {
    const auto scale = static_cast<double>(fan_of(weight, contains(name, "embeddings.")) * layers);
    draw_cut_off_normal(weight, cut_off_correction / std::sqrt(scale), numbers);
  };
}

// U(−a, a), a = gain √(6 / (in + out)) (Glorot & Bengio 2010), for each of `parts` matrices that
// lie below each other.
void draw_glorot(const Tensor& weight, std::int64_t parts, double gain,
                 const at::Generator& numbers) {
  const std::int64_t fans = weight.size(0) / parts + weight.size(1);
  const double most = gain * std::sqrt(6 / static_cast<double>(fans));
  weight.uniform_(-most, most, numbers);
}

void draw_as_fairseq(const Tensor& weight, std::string_view name, const at::Generator& numbers) {
  if (name == "shared.weight") {
    weight.normal_(0, 1 / std::sqrt(static_cast<double>(weight.size(1))), numbers);
  } else if (contains(name, ".self.qkv.")) {
    draw_glorot(weight, 3, std::sqrt(0.5), numbers);
  } else if (contains(name, ".self.kv.")) {
    draw_glorot(weight, 2, std::sqrt(0.5), numbers);
  } else {
    draw_glorot(weight, 1, contains(name, ".self.query.") ? std::sqrt(0.5) : 1, numbers);
  }
}

}  // namespace

torch::nn::Embedding new_table(std::int64_t rows, std::int64_t size) {
  return torch::nn::Embedding(
      torch::nn::EmbeddingOptions(rows, size)._weight(format::new_weight({rows, size})));
}

std::uint64_t new_weights_seed() {
  return static_cast<std::uint64_t>(
      torch::randint(INT64_MAX, {1}, torch::kInt64).item<std::int64_t>());
}

void initialize(torch::nn::Module& part, const std::string& name, const EncoderConfig& config,
                std::uint64_t seed) {
  if (format::weights_are_blank()) return;
  const torch::NoGradGuard no_gradient;
  Drawing(seed, config.initializer_range, rule_of(config)).draw(part, name);
}

void initialize_translation(torch::nn::Module& module, const EncoderConfig& side,
                            std::uint64_t seed) {
  if (format::weights_are_blank()) return;
  const torch::NoGradGuard no_gradient;
  Drawing(seed, side.initializer_range, draw_as_fairseq).draw(module, "");
}

}  // namespace roformer::model
