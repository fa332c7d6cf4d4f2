#include "roformer/task/layer_rates.h"

#include <charconv>
#include <cmath>
#include <set>

#include "roformer/base/error.h"

namespace roformer::task {
namespace {

// The N of "N.rest".
std::int64_t leading_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::int64_t height_of(std::string_view name, std::string_view trunk, std::int64_t num_layers) {
  const std::int64_t head = num_layers + 1;
  if (!name.starts_with(trunk) || name.substr(trunk.size(), 1) != ".") return head;
  name.remove_prefix(trunk.size() + 1);
  for (const std::string_view layers : {"encoder.layer.", "embeddings.position_embeddings.layer."})
    if (name.starts_with(layers)) return leading_number(name.substr(layers.size())) + 1;
  return name.starts_with("embeddings") ? 0 : head;
}

LayerRates::LayerRates(const Recipe& recipe)
    : options_(recipe.layers),
      trunk_(recipe.model.model_type),
      num_layers_(recipe.model.num_hidden_layers) {}

double LayerRates::factor(const std::string& name) const {
  if (options_.decay == 1) return 1;
  const std::int64_t below_the_top = num_layers_ + 1 - height_of(name, trunk_, num_layers_);
  return std::pow(options_.decay, static_cast<double>(below_the_top));
}

bool LayerRates::is_frozen(std::int64_t height) const {
  if (height == 0) return options_.frozen_embeddings || options_.frozen_layers > 0;
  return height <= options_.frozen_layers;
}

void LayerRates::apply(torch::nn::Module& module) const {
  if (options_ == LayerOptions()) return;
  std::set<std::int64_t> heights;
  for (auto& parameter : module.named_parameters()) {
    const std::int64_t height = height_of(parameter.key(), trunk_, num_layers_);
    heights.insert(height);
    if (is_frozen(height)) parameter.value().requires_grad_(false);
  }
  for (std::int64_t height = 0; height <= num_layers_; ++height)
    base::require(heights.contains(height),
                  "[task] expected embeddings and {} layers named {}.encoder.layer.N in the model "
                  "for optimizer.layer_decay, frozen_layers and frozen_embeddings but found no {}",
                  num_layers_, trunk_, height == 0 ? "embeddings" : std::to_string(height - 1));
}

}  // namespace roformer::task
