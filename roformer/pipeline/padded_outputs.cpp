#include "roformer/pipeline/padded_outputs.h"

#include <torch/torch.h>

#include <tuple>

#include "roformer/base/error.h"
#include "roformer/model/loss.h"

namespace roformer::pipeline {
namespace {

using checkpoint::TensorMap;
using torch::Tensor;

Tensor first_hidden(const Tensor& hidden, const PaddedCall& call) {
  return hidden.index_select(0, call.first_tokens());
}

// Labels (B, …) of the sequences that have tokens.
Tensor labels_of_rows(const PaddedCall& call, const char* name) {
  return call[name].index_select(0, call.rows_with_tokens().to(call[name].device()));
}

TensorMap language_outputs(model::LanguageModel& model, const Tensor& hidden,
                           const PaddedCall& call, const Tensor& labels) {
  const Tensor logits = model.logits(hidden);
  TensorMap outputs{{"logits", call.unpack(logits)}};
  if (labels.defined()) outputs["loss"] = model::cross_entropy(logits, labels);
  return outputs;
}

Tensor next_token_labels(const PaddedCall& call) {
  return call.has("labels") ? call.at_next_tokens("labels", model::ignored_label) : Tensor();
}

Tensor column(const Tensor& logits, std::int64_t which) {
  return logits.select(-1, which);
}

// What the summary of multiple choice reads of each sequence: (B, hidden).
Tensor summary_of(const model::EncoderConfig& config, const Tensor& hidden,
                  const PaddedCall& call) {
  const packed::PackedInputs& inputs = call.inputs();
  const Tensor padded = packed::unpack(hidden, inputs);
  base::require(inputs.columns > 0, "[pipeline] expected at least one column but got none");
  if (config.model_type == "bert" || config.summary.type == "first") return padded.select(1, 0);
  if (config.summary.type == "last") return padded.select(1, inputs.columns - 1);
  return padded.mean(1);
}

}  // namespace

TensorMap padded_outputs(model::EncoderImpl&, const Tensor&, const PaddedCall&) {
  return {};
}

TensorMap padded_outputs(model::PooledEncoderImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  return {{"pooler_output", call.spread_rows(model.pool(first_hidden(hidden, call)))}};
}

TensorMap padded_outputs(model::MaskedLanguageModelImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  return language_outputs(model, hidden, call,
                          call.has("labels") ? call.at_tokens("labels") : Tensor());
}

TensorMap padded_outputs(model::CausalLanguageModelImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  return language_outputs(model, hidden, call, next_token_labels(call));
}

TensorMap padded_outputs(model::PooledCausalLanguageModelImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  TensorMap outputs = language_outputs(model, hidden, call, next_token_labels(call));
  outputs["pooler_output"] = call.spread_rows(model.pool(first_hidden(hidden, call)));
  return outputs;
}

TensorMap padded_outputs(model::PretrainingModelImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(hidden);
  const Tensor relationship = model.next_sentence_logits(first_hidden(hidden, call));
  TensorMap outputs{{"prediction_logits", call.unpack(logits)},
                    {"seq_relationship_logits", call.spread_rows(relationship)}};
  if (call.has("labels") && call.has("next_sentence_label")) {
    outputs["loss"] =
        model::cross_entropy(logits, call.at_tokens("labels")) +
        model::cross_entropy(relationship, labels_of_rows(call, "next_sentence_label"));
  }
  return outputs;
}

TensorMap padded_outputs(model::NextSentenceImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(first_hidden(hidden, call));
  TensorMap outputs{{"logits", call.spread_rows(logits)}};
  if (call.has("labels"))
    outputs["loss"] = model::cross_entropy(logits, labels_of_rows(call, "labels"));
  return outputs;
}

TensorMap padded_outputs(model::SequenceClassifierImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(first_hidden(hidden, call));
  TensorMap outputs{{"logits", call.spread_rows(logits)}};
  if (call.has("labels")) {
    outputs["loss"] = model::classification_loss(logits, labels_of_rows(call, "labels"),
                                                 model.config().problem_type);
  }
  return outputs;
}

TensorMap padded_outputs(model::TokenClassifierImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(hidden);
  TensorMap outputs{{"logits", call.unpack(logits)}};
  if (call.has("labels")) outputs["loss"] = model::cross_entropy(logits, call.at_tokens("labels"));
  return outputs;
}

TensorMap padded_outputs(model::MultipleChoiceImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(summary_of(model.config(), hidden, call))
                            .view({-1, std::max<std::int64_t>(1, call.num_choices())});
  TensorMap outputs{{"logits", logits}};
  if (call.has("labels")) outputs["loss"] = model::cross_entropy(logits, call["labels"]);
  return outputs;
}

TensorMap padded_outputs(model::QuestionAnsweringImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(hidden);
  const Tensor kept = call.unpack(logits);
  TensorMap outputs{{"start_logits", column(kept, 0).contiguous()},
                    {"end_logits", column(kept, 1).contiguous()}};
  if (call.has("start_positions") && call.has("end_positions")) {
    const Tensor padded = packed::unpack(logits, call.inputs());
    outputs["loss"] = model::answer_loss(column(padded, 0), column(padded, 1),
                                         call["start_positions"], call["end_positions"]);
  }
  return outputs;
}

}  // namespace roformer::pipeline
