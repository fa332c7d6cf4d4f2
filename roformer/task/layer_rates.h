// How quickly the layers of an encoder learn: lower ones more slowly (Clark et al. 2020, "ELECTRA",
// appendix B; Sun et al. 2019, "How to Fine-Tune BERT for Text Classification?", section 5.3.4), or
// the lowest not at all.
#pragma once
#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "roformer/task/recipe.h"

namespace roformer::task {

/// How high a parameter of a model stands: 0 for the embeddings and whatever else lies below the
/// layers, 1 … num_layers for the layers, num_layers + 1 for pooler and head. `name` is the
/// module's, `trunk` that of its encoder ("roformer"). A table that an encoding has for one layer
/// belongs to the layer, one that all layers share to the embeddings.
std::int64_t height_of(std::string_view name, std::string_view trunk, std::int64_t num_layers);

class LayerRates {
 public:
  explicit LayerRates(const Recipe& recipe);

  /// decay^k for the k-th layer from the top: 1 for pooler and head, decay^(num_layers + 1) for the
  /// embeddings.
  double factor(const std::string& name) const;

  /// Freezes what the recipe says. Throws Error where the module does not have the layers that
  /// rates or freezing ask for.
  void apply(torch::nn::Module& module) const;

 private:
  bool is_frozen(std::int64_t height) const;

  LayerOptions options_;
  std::string trunk_;
  std::int64_t num_layers_;
};

}  // namespace roformer::task
