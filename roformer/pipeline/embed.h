// One vector for each line of text.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roformer/checkpoint/load.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/sentence_folder.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {

/// Choices of an embedding; what is not chosen is what the folder's own files say
/// (sentence_folder.h), or mean and unscaled.
struct EmbedOptions {
  std::optional<Pooling> pooling;
  std::optional<bool> normalize;  // to Euclidean length 1
  std::int64_t tokens_per_batch =
      4096;  // keeps the GEMMs busy; activations of a base model take some 100 MB
  LengthOptions length;
  torch::Device device = torch::kCPU;
};

/// An encoder, its tokenizer and a pooling.
class Embed {
 public:
  /// Throws Error if the folder has no pooler where that is the pooling.
  explicit Embed(const std::filesystem::path& folder, const EmbedOptions& options = {});

  /// (lines, hidden_size) float32 on the CPU, in the order of the lines. Of a line read in windows:
  /// the mean of its windows' vectors, each counted by its tokens.
  torch::Tensor operator()(const Lines& lines);

 private:
  torch::Tensor embed(const packed::PackedBatch& batch);

  EmbedOptions options_;
  SentenceSettings settings_;
  model::PooledEncoder pooled_{nullptr};  // only if that is the pooling
  model::Encoder model_{nullptr};
  std::optional<TextEncoder> encoder_;
};

}  // namespace roformer::pipeline
