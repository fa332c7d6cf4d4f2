#include "roformer/checkpoint/foreign_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/head_of.h"

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

bool has_config(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / "config.json") ||
         std::filesystem::exists(folder / "bert_config.json");
}

CheckpointConfig load_foreign_config(const std::filesystem::path& folder,
                                     const format::TensorSource& weights) {
  std::filesystem::path path = folder / "config.json";
  const std::filesystem::path google = folder / "bert_config.json";
  if (!std::filesystem::exists(path) && std::filesystem::exists(google)) path = google;
  const std::string text = base::read_file(path);
  nlohmann::json config = base::parse_json(text, path.string(), kMaxForeignConfigDepth);
  const bool is_whole = !config.is_object() || config.contains("model_type");
  if (!is_whole) complete(config, weights);
  CheckpointConfig result = parse_config(is_whole ? text : config.dump(2) + "\n", path.string());
  result.architecture = head_of(result, weights).class_name(result.encoder.model_type);
  if (is_whole) return result;
  config["architectures"] = {result.architecture};
  result.source = config.dump(2) + "\n";
  return result;
}

}  // namespace roformer::checkpoint
