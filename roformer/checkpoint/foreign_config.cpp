#include "roformer/checkpoint/foreign_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/base/json_text.h"
#include "roformer/checkpoint/weight_names.h"
#include "roformer/head/registry.h"

namespace roformer::checkpoint {
namespace {

constexpr int kMaxForeignConfigDepth = 16;

bool any_name(const format::TensorSource& weights, std::string_view part) {
  return std::any_of(weights.entries().begin(), weights.entries().end(),
                     [&](const auto& item) { return item.first.find(part) != std::string::npos; });
}

// Adds the keys that only the weights tell.
void complete(nlohmann::json& config, const format::TensorSource& weights) {
  const bool is_bert = any_name(weights, "embeddings.position_embeddings.weight");
  config["model_type"] = is_bert ? "bert" : "roformer";
  if (!is_bert && !any_name(weights, "LayerNorm")) {
    config.emplace("norm_type", "rms_norm");
    config.emplace("use_bias", false);
  }
}

}  // namespace

CheckpointConfig parse_foreign_config(std::string_view text, std::string_view name,
                                      const format::TensorSource& weights) {
  nlohmann::json config = base::parse_json(text, name, kMaxForeignConfigDepth);
  if (!config.is_object() || config.contains("model_type")) return parse_config(text, name);
  complete(config, weights);
  CheckpointConfig stated = parse_config(config.dump(2) + "\n", name);
  const auto classes =
      head::possible_classes("", {stated.encoder, stated.head, shapes_of_heads(weights)});
  if (!stated.architecture.empty() || classes.size() != 1) return stated;
  config["architectures"] = classes;
  return parse_config(config.dump(2) + "\n", name);
}

}  // namespace roformer::checkpoint
