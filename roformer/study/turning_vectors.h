// What a checkpoint's rotary encoding turns, before it does: queries and keys, or with linear
// attention their features (Eq. 19).
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "roformer/model/encoder.h"
#include "roformer/study/study_options.h"

namespace roformer::study {

/// Of one layer and batch: (N, H, R) float64 each; pair i stands at 2i and 2i + 1, whatever the
/// checkpoint's layout.
struct TurningVectors {
  torch::Tensor q, k;
};

/// A model with rotary positions that reads a text.
class TurningModel {
 public:
  /// Throws Error for a model without rotary positions.
  TurningModel(const std::filesystem::path& folder, const StudyOptions& options);

  const model::EncoderConfig& config() const { return model_->config(); }
  /// θ_0 … θ_{R/2 − 1} of sequences of `length` positions.
  std::vector<double> frequencies(std::int64_t length) const;
  /// "queries and keys", or "features".
  std::string words() const;

  /// Calls visit(layer, vectors, batch) for each layer of each batch of read_sample, whose line on
  /// the text it returns. Throws Error naming the folder for what is not finite.
  std::string read(const std::function<void(std::int64_t, const TurningVectors&,
                                            const packed::PackedBatch&)>& visit) const;

 private:
  std::filesystem::path folder_;
  StudyOptions options_;
  model::Encoder model_{nullptr};
};

/// x (N, H, D) in pairs that stand beside each other: of half_split pairs (i, i + R / 2) the first
/// R dimensions in another order. What does not turn, beyond R, is left out.
torch::Tensor paired(const torch::Tensor& x, std::int64_t rotary_dim, bool interleaved);

}  // namespace roformer::study
