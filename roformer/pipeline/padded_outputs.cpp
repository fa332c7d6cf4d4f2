#include "roformer/pipeline/padded_outputs.h"

#include <torch/types.h>

#include <tuple>

#include "roformer/base/error.h"
#include "roformer/model/classifiers.h"

namespace roformer::pipeline {
namespace {

using format::TensorMap;
using torch::Tensor;

Tensor first_hidden(const Tensor& hidden, const PaddedCall& call) {
  return hidden.index_select(0, call.first_tokens());
}

// Labels of a classifier, (S) or (S, num_labels), of the sequences that have tokens.
Tensor classifier_labels(const model::HeadConfig& head, const PaddedCall& call) {
  const Tensor& labels = call["labels"];
  const bool classes = !labels.is_floating_point() && head.num_labels > 1 && labels.dim() == 1 &&
                       head.problem_type != "regression";
  if (classes) return call.class_labels("labels", head.num_labels);
  const std::int64_t rows = call.inputs().rows;
  const bool fits =
      labels.dim() >= 1 && labels.size(0) == rows && labels.numel() == rows * head.num_labels;
  base::require(fits,
                "[pipeline] expected labels of shape ({}) for classes or ({}, {}) for numbers but "
                "got ({})",
                rows, rows, head.num_labels,
                fmt::join(labels.sizes().begin(), labels.sizes().end(), ", "));
  return labels.index_select(0, call.rows_with_tokens().to(labels.device()));
}

TensorMap language_outputs(model::LanguageModel& model, const Tensor& hidden,
                           const PaddedCall& call, const Tensor& labels) {
  const Tensor logits = model.logits(hidden);
  TensorMap outputs{{"logits", call.unpack(logits)}};
  if (labels.defined()) outputs["loss"] = model::cross_entropy(logits, labels);
  return outputs;
}

Tensor next_token_labels(const model::EncoderConfig& config, const PaddedCall& call) {
  return call.has("labels") ? call.next_token_labels(config.vocab_size) : Tensor();
}

Tensor column(const Tensor& logits, std::int64_t which) {
  return logits.select(-1, which);
}

// What the summary of multiple choice reads of each sequence: (B, hidden).
Tensor summary_of(const model::MultipleChoiceImpl& model, const Tensor& hidden,
                  const PaddedCall& call) {
  const packed::PackedInputs& inputs = call.inputs();
  const Tensor padded = packed::unpack(hidden, inputs);
  base::require(inputs.columns > 0, "[pipeline] expected at least one column but got none");
  const std::string& type = model.head().summary.type;
  if (model.has_pooler() || type == "first") return padded.select(1, 0);
  if (type == "last") return padded.select(1, inputs.columns - 1);
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
  return language_outputs(
      model, hidden, call,
      call.has("labels") ? call.token_labels(model.config().vocab_size) : Tensor());
}

TensorMap padded_outputs(model::CausalLanguageModelImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  return language_outputs(model, hidden, call, next_token_labels(model.config(), call));
}

TensorMap padded_outputs(model::PooledCausalLanguageModelImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  TensorMap outputs =
      language_outputs(model, hidden, call, next_token_labels(model.config(), call));
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
        model::cross_entropy(logits, call.token_labels(model.config().vocab_size)) +
        model::cross_entropy(relationship, call.class_labels("next_sentence_label", 2));
  }
  return outputs;
}

TensorMap padded_outputs(model::NextSentenceImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(first_hidden(hidden, call));
  TensorMap outputs{{"logits", call.spread_rows(logits)}};
  if (call.has("labels"))
    outputs["loss"] = model::cross_entropy(logits, call.class_labels("labels", 2));
  return outputs;
}

TensorMap padded_outputs(model::SequenceClassifierImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(first_hidden(hidden, call));
  TensorMap outputs{{"logits", call.spread_rows(logits)}};
  if (call.has("labels")) {
    outputs["loss"] = model::classification_loss(logits, classifier_labels(model.head(), call),
                                                 model.head().problem_type);
  }
  return outputs;
}

TensorMap padded_outputs(model::TokenClassifierImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(hidden);
  TensorMap outputs{{"logits", call.unpack(logits)}};
  if (call.has("labels"))
    outputs["loss"] = model::cross_entropy(logits, call.token_labels(model.head().num_labels));
  return outputs;
}

TensorMap padded_outputs(model::MultipleChoiceImpl& model, const Tensor& hidden,
                         const PaddedCall& call) {
  const Tensor logits = model.logits(summary_of(model, hidden, call))
                            .view({-1, std::max<std::int64_t>(1, call.num_choices())});
  TensorMap outputs{{"logits", logits}};
  if (call.has("labels")) outputs["loss"] = model::cross_entropy(logits, call.choice_labels());
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
                                         call.answer_places("start_positions"),
                                         call.answer_places("end_positions"));
  }
  return outputs;
}

}  // namespace roformer::pipeline
