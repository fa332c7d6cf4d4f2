// A folder of sentence-transformers: what stands beside an encoder's files there, so that
// SentenceTransformer(folder) and open_embed make the same vectors of it.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roformer/pipeline/sentence_folder.h"

namespace roformer::pipeline {

/// The poolings of these names in the order in which a folder has their vectors side by side. Throws
/// Error for an unknown name, none, one that stands twice, and a pooler beside others, which the
/// format has no words for.
std::vector<Pooling> writable_poolings(const std::vector<std::string>& names);

/// A pooler as sentence-transformers computes one: a dense layer behind [CLS].
struct PoolerWeights {
  torch::Tensor weight, bias;  // (hidden, hidden), (hidden)
  std::string activation;      // as model::HeadConfig::pooler_activation: "tanh", "linear"
};

/// Writes modules.json, 1_Pooling, 2_Dense of a pooler, 2_Normalize (or 3_) where settings.steps
/// scale to length 1, sentence_bert_config.json and config_sentence_transformers.json, each whole
/// or not at all. settings.poolings are writable_poolings. Throws Error for dense layers among the
/// steps, whose weights only their own folder has.
void write_sentence_folder(const std::filesystem::path& folder, const SentenceSettings& settings,
                           std::int64_t hidden_size,
                           const std::optional<PoolerWeights>& pooler = std::nullopt);

}  // namespace roformer::pipeline
