// The Transformer of Vaswani et al. 2017 that reads one sequence and writes another, as fairseq and
// Marian build it: post-norm, one table of words for both sides and the output, words scaled by
// √hidden_size. With `rotary` it is the paper's translation model (section 4.1): queries and keys
// turn in the self-attention of both sides, nothing turns in cross-attention.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "roformer/model/config.h"
#include "roformer/model/encoder.h"
#include "roformer/model/linear.h"
#include "roformer/model/vocabulary_loss.h"

namespace roformer::model {

/// Parameters: shared.weight (vocab_size, hidden); encoder.… and decoder.… as Encoder names them,
/// but for the words. Buffer final_logits_bias (1, vocab_size), Marian's, zero unless loaded.
class EncoderDecoderImpl : public torch::nn::Module {
 public:
  /// Throws Error as validate does. Weights are drawn as fairseq draws them.
  explicit EncoderDecoderImpl(const EncoderDecoderConfig& config);

  /// Source tokens (M) → states (M, hidden).
  torch::Tensor encode(const packed::PackedBatch& source, const ForwardOptions& options = {});
  /// Target tokens (N) → states (N, hidden), or (R, hidden) for options.rows. options.memory is
  /// required: the source's states.
  torch::Tensor decode(const packed::PackedBatch& target, const ForwardOptions& options);
  /// States (N, hidden) → logits (N, vocab_size) of the token that follows.
  torch::Tensor logits(const torch::Tensor& hidden) { return output_(hidden); }
  /// The same of a few rows on the CPU, by the way that `few` goes; where it does not serve, as
  /// `logits`.
  torch::Tensor logits(const torch::Tensor& hidden, FewTokens& few);
  /// The output layer for some words alone, ids (M): what `logits` of its own then gives.
  Linear output_of(const torch::Tensor& words) const { return Linear(output_->of_outputs(words)); }
  /// The summed loss of such states with labels (N) int64; smoothing as in vocabulary_loss.
  VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels, double smoothing);

  Encoder encoder() const { return encoder_; }
  Encoder decoder() const { return decoder_; }
  torch::Tensor output_bias() const { return bias_; }  // (1, vocab_size), no gradient
  const EncoderDecoderConfig& config() const { return config_; }

  /// As Encoder::begin_update, for both sides.
  void begin_update(std::int64_t update, std::uint64_t seed);

 private:
  EncoderDecoderConfig config_;
  torch::nn::Embedding shared_{nullptr};
  Encoder encoder_{nullptr}, decoder_{nullptr};
  torch::Tensor bias_;
  Linear output_{nullptr};  // tied to the words
};
TORCH_MODULE(EncoderDecoder);

}  // namespace roformer::model
