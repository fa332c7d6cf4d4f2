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
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {

/// What of the hidden states becomes the vector.
enum class Pooling {
  cls,     // that of [CLS]
  mean,    // the mean over all tokens, [CLS] and [SEP] included
  pooler,  // BertModel's pooler on [CLS]: dense, then tanh (or what the configuration says)
};

/// "cls", "mean" or "pooler"; Error for another name.
Pooling pooling_of(const std::string& name);

struct EmbedOptions {
  Pooling pooling = Pooling::mean;
  bool normalize = false;  // to Euclidean length 1
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
  model::PooledEncoder pooled_{nullptr};  // only if that is the pooling
  model::Encoder model_{nullptr};
  std::optional<TextEncoder> encoder_;
};

}  // namespace roformer::pipeline
