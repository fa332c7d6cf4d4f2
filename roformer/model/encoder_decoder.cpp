#include "roformer/model/encoder_decoder.h"

#include <torch/nn/module.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/initialize.h"

namespace roformer::model {

using torch::Tensor;

EncoderDecoderImpl::EncoderDecoderImpl(const EncoderDecoderConfig& config) : config_(config) {
  validate(config);
  const EncoderConfig& side = config.encoder;
  shared_ = register_module("shared", new_table(side.vocab_size, side.hidden_size));
  encoder_ = register_module("encoder", Encoder(config.encoder, shared_));
  decoder_ = register_module("decoder", Encoder(config.decoder, shared_));
  bias_ = register_buffer("final_logits_bias",
                          format::new_weight({1, side.vocab_size}, [](Tensor& x) { x.zero_(); }));
  output_ = register_module("output", Linear(shared_->weight, bias_));
  if (format::weights_are_blank()) return;
  initialize_translation(*this, side, new_weights_seed());
  const torch::NoGradGuard no_gradient;
  shared_->weight[side.pad_token_id].zero_();
}

Tensor EncoderDecoderImpl::encode(const packed::PackedBatch& source,
                                  const ForwardOptions& options) {
  ForwardOptions own = options;
  own.dropout_seed = base::derive(options.dropout_seed, 0);
  return encoder_->forward(source, own);
}

Tensor EncoderDecoderImpl::decode(const packed::PackedBatch& target,
                                  const ForwardOptions& options) {
  base::require(options.memory != nullptr,
                "[model] expected an encoder's states for the decoder to look at but got none");
  ForwardOptions own = options;
  own.dropout_seed = base::derive(options.dropout_seed, 1);
  return decoder_->forward(target, own);
}

Tensor EncoderDecoderImpl::logits(const Tensor& hidden, FewTokens& few) {
  const Tensor found = output_->forward_few(hidden, few.helpers());
  return found.defined() ? found : logits(hidden);
}

VocabularyLoss EncoderDecoderImpl::loss(const Tensor& hidden, const Tensor& labels,
                                        double smoothing) {
  return vocabulary_loss(hidden, output_->wide_weight(), bias_.view(-1), labels, smoothing,
                         kMostLogits, output_->training_type());
}

void EncoderDecoderImpl::begin_update(std::int64_t update, std::uint64_t seed) {
  encoder_->begin_update(update, base::derive(seed, 0));
  decoder_->begin_update(update, base::derive(seed, 1));
}

}  // namespace roformer::model
