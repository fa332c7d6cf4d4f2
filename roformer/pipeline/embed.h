// One vector for each line of text.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <optional>

#include "roformer/model/encoder.h"
#include "roformer/pipeline/sentence_folder.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::pipeline {

/// Choices of an embedding. What is not chosen is mean and unscaled, or, opened from a folder, what
/// its own files say (sentence_folder.h); so is length.max_length.
struct EmbedOptions : TextOptions {
  std::optional<Pooling> pooling;
  std::optional<bool> normalize;  // to Euclidean length 1
};

/// An encoder, its tokenizer and a pooling.
class Embed {
 public:
  /// `model` is in evaluation mode, a model::PooledEncoder if the pooler is the pooling: else
  /// throws Error, as where the tokenizer does not fit.
  Embed(model::Encoder model, text::Tokenizer tokenizer, const EmbedOptions& options = {});

  /// (lines, hidden_size) float32 on the CPU, in the order of the lines. Of a line read in windows:
  /// the mean of its windows' vectors, each counted by its tokens. Throws Error that names the line
  /// for vectors that are none.
  torch::Tensor operator()(const Lines& lines);

 private:
  torch::Tensor embed(const packed::PackedBatch& batch);

  EmbedOptions options_;
  Pooling pooling_;
  model::Encoder model_;
  TextEncoder encoder_;
};

/// The model and the tokenizer of a checkpoint folder. Throws Error if it has no pooler where that
/// is the pooling, or no tokenizer.
Embed open_embed(const std::filesystem::path& folder, EmbedOptions options = {});

}  // namespace roformer::pipeline
