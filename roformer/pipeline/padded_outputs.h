// What each class of model answers to a padded call, by transformers' names.
#pragma once
#include "roformer/format/safetensors.h"
#include "roformer/model/classifiers.h"
#include "roformer/model/language_models.h"
#include "roformer/pipeline/padded_call.h"

namespace roformer::pipeline {

/// Outputs of the head for the hidden states (N, hidden) of the call's tokens: logits, and loss
/// where the call has labels; prediction_logits and seq_relationship_logits of BertForPreTraining;
/// start_logits and end_logits; pooler_output. Zero at padded places, which no label counts either.
format::TensorMap padded_outputs(model::EncoderImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::PooledEncoderImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::MaskedLanguageModelImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::CausalLanguageModelImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::PooledCausalLanguageModelImpl& model,
                                 const torch::Tensor& hidden, const PaddedCall& call);
format::TensorMap padded_outputs(model::PretrainingModelImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::NextSentenceImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::SequenceClassifierImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::TokenClassifierImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::MultipleChoiceImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);
format::TensorMap padded_outputs(model::QuestionAnsweringImpl& model, const torch::Tensor& hidden,
                                 const PaddedCall& call);

/// The trunk of a model, whichever it is.
inline model::EncoderImpl& trunk_of(model::EncoderImpl& model) {
  return model;
}
/// The same for a model with a head.
inline model::EncoderImpl& trunk_of(model::ModelWithHead& model) {
  return *model.encoder();
}

}  // namespace roformer::pipeline
