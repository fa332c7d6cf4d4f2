// Figure 2 for a trained model: its scores q_m · k_n / sqrt(D) after the rotation and before the
// softmax, by the distance of the tokens.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "roformer/model/encoder.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::study {

struct ScoreOptions : pipeline::TextOptions {
  std::int64_t max_distance = 250;
};

/// Means by distance 0, 1, … max_distance; [CLS] and [SEP] count as tokens.
struct ScoreCurves {
  std::vector<std::int64_t> pairs;          // of tokens at each distance, of one layer
  std::vector<std::vector<double>> scores;  // by layer, distance; over all heads; NaN without pairs
};

/// Adds up the scores of a checkpoint with rotary positions over lines of text. An encoder's pairs
/// count by |m − n|, a decoder's are those it looks at, n <= m.
class ScoresByDistance {
 public:
  /// Throws Error for a model without rotary positions or with linear attention.
  ScoresByDistance(const std::filesystem::path& folder, const ScoreOptions& options);

  /// Counts the scores of more text. Throws Error that names the line for scores that are none.
  void add(const pipeline::Lines& lines);
  ScoreCurves curves() const;
  std::int64_t num_layers() const { return sums_.size(0); }

 private:
  void add_batch(const packed::PackedBatch& batch, std::span<const std::int64_t> lines);

  ScoreOptions options_;
  model::Encoder model_{nullptr};
  std::unique_ptr<pipeline::TextEncoder> encoder_;
  torch::Tensor sums_;   // (L, max_distance + 1) float64
  torch::Tensor pairs_;  // (max_distance + 1) int64
};

}  // namespace roformer::study
