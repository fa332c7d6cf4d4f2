// What language models share, masked and causal: a trunk, and logits over the vocabulary.
#pragma once
#include "roformer/head/language_model_head.h"
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// A trunk and `cls.predictions`.
class LanguageModel : public ModelWithHead {
 public:
  /// Logits (M, vocab_size) for the hidden states of M tokens.
  torch::Tensor logits(const torch::Tensor& hidden);
  /// The summed loss of M tokens with labels (M) int64, from their hidden states.
  model::VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels);
  /// Logits (M, vocab_size) of the tokens at `positions` (M) int64 only; an undefined tensor asks
  /// for all tokens.
  torch::Tensor forward(const packed::PackedBatch& batch, const torch::Tensor& positions,
                        const ForwardOptions& options = {});

 protected:
  LanguageModel(const std::shared_ptr<model::EncoderImpl>& trunk, const HeadConfig& head);
  /// The logits as output `name`, and the loss of labels (N) if they are defined.
  format::TensorMap language_outputs(const torch::Tensor& hidden, const PaddedCall& call,
                                     const torch::Tensor& labels, const char* name = "logits");
  std::shared_ptr<torch::nn::Module> cls_;

 private:
  LanguageModelHead predictions_;
};

/// Weights that tell `cls.predictions`, and their words: a language model that looks back writes,
/// one that looks both ways fills masks.
std::vector<std::string> prediction_weights(const Holdings& holdings);
std::string prediction_in_words(const Holdings& holdings);

}  // namespace roformer::head
