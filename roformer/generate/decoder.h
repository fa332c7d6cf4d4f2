// A language model that goes on token by token: with softmax attention through the keys and values
// of all tokens so far, with linear attention through sums of constant size (Eq. 18 and 19).
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "roformer/attention/key_value_cache.h"
#include "roformer/attention/linear_attention.h"
#include "roformer/head/language_model.h"

namespace roformer::generate {

/// How the first tokens of a sequence, its prompt, are read.
enum class PromptView {
  causal,  // each looks back, as those behind the prompt do
  whole,   // UniLM's, as in RoFormer-Sim: they all see each other, of segment 0; what is written
           // behind them is of segment 1 and looks back
};

class Decoder {
 public:
  /// Of `model`, which must outlive this, for `num_sequences` sequences without tokens. Throws
  /// Error for a causal view and a model that looks both ways, and for a whole one and a model that
  /// has linear attention or fewer than two segments.
  Decoder(head::LanguageModelImpl& model, std::int64_t num_sequences,
          torch::Device device = torch::kCPU, PromptView view = PromptView::causal);

  std::int64_t num_sequences() const { return static_cast<std::int64_t>(lengths_.size()); }
  /// Tokens that sequence b has so far.
  std::int64_t length(std::int64_t b) const { return lengths_.at(static_cast<std::size_t>(b)); }

  /// Takes in tokens of each sequence, at least one, in passes of at most `tokens_per_pass` (or one
  /// a sequence); a prompt is many, a step is one each. A prompt that is seen whole is all tokens of
  /// its sequence's first call, in one pass. Logits (B, vocab_size) of the token after the last, float32 on
  /// the CPU.
  torch::Tensor advance(const std::vector<std::vector<std::int64_t>>& tokens,
                        std::int64_t tokens_per_pass = 2048);

  /// Goes on with these sequences only, in this order; one may be taken several times.
  void select(const std::vector<std::int64_t>& sequences);
  /// `count` sequences more, without tokens, behind the others.
  void add(std::int64_t count);

 private:
  struct Pass;
  Pass make_pass(const std::vector<std::vector<std::int64_t>>& tokens, std::int64_t begin,
                 std::int64_t at_once);
  torch::Tensor hidden_of(const Pass& pass, const std::vector<std::int64_t>& reached);
  torch::Tensor logits_of(const torch::Tensor& hidden) const;

  head::LanguageModelImpl& model_;
  torch::Device device_;
  PromptView view_;
  std::vector<std::int64_t> lengths_;
  std::vector<std::int64_t> prompts_;  // tokens that are seen by all of their sequence
  std::optional<attention::KeyValueCache> cache_;
  std::optional<attention::RecurrentState> state_;
  std::unique_ptr<model::FewTokens> few_;  // on the CPU
};

}  // namespace roformer::generate
