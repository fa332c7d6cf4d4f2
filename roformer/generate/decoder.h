// A causal language model that goes on token by token: with softmax attention through the keys and
// values of all tokens so far, with linear attention through sums of constant size (Eq. 18 and 19).
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "roformer/attention/key_value_cache.h"
#include "roformer/attention/linear_attention.h"
#include "roformer/head/language_model.h"

namespace roformer::generate {

class Decoder {
 public:
  /// Of `model`, which must outlive this, for `num_sequences` sequences without tokens. Throws
  /// Error for a model that looks both ways.
  Decoder(head::LanguageModelImpl& model, std::int64_t num_sequences,
          torch::Device device = torch::kCPU);

  std::int64_t num_sequences() const { return static_cast<std::int64_t>(lengths_.size()); }
  /// Tokens that sequence b has so far.
  std::int64_t length(std::int64_t b) const { return lengths_.at(static_cast<std::size_t>(b)); }

  /// Takes in tokens of each sequence, at least one, in passes of at most `tokens_per_pass` (or one
  /// a sequence); a prompt is many, a step is one each. Logits (B, vocab_size) of the token after
  /// the last, float32 on the CPU.
  torch::Tensor advance(const std::vector<std::vector<std::int64_t>>& tokens,
                        std::int64_t tokens_per_pass = 2048);

  /// Goes on with these sequences only, in this order; one may be taken several times.
  void select(const std::vector<std::int64_t>& sequences);

 private:
  head::LanguageModelImpl& model_;
  torch::Device device_;
  std::vector<std::int64_t> lengths_;
  std::optional<attention::KeyValueCache> cache_;
  std::optional<attention::RecurrentState> state_;
};

}  // namespace roformer::generate
