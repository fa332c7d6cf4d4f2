// The class of a sequence, or a number for it: RoFormerForSequenceClassification,
// BertForSequenceClassification.
#include "roformer/base/error.h"
#include "roformer/head/label_head.h"
#include "roformer/product/activation.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// RoFormer has `classifier.dense` and `classifier.out_proj`, hidden_act between; BERT the pooler
// and `classifier`.
class SequenceClassifier : public LabelHead {
 public:
  SequenceClassifier(const EncoderConfig& config, const HeadConfig& head)
      : LabelHead(config, head, config.model_type == "bert") {
    if (!has_pooler()) inner_ = add_product("classifier.dense", config.hidden_size);
    outer_ = add_product(has_pooler() ? "classifier" : "classifier.out_proj", head.num_labels);
  }

  Reading reading(const format::TensorMap& /*inputs*/) const override { return {Columns::first}; }

  Tensor logits(const Tensor& first, std::uint64_t dropout_seed) override {
    return outer_(inner_of(first, dropout_seed));
  }

  // logits (B, num_labels); `labels` (B) of classes or (B, num_labels) of numbers.
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const Tensor logits = this->logits(call.first(hidden), call.dropout_seed());
    format::TensorMap outputs{{"logits", call.spread_rows(logits)}};
    if (call.has("labels")) outputs["loss"] = loss_of(logits, labels_of(call));
    return outputs;
  }

 private:
  Tensor inner_of(const Tensor& first, std::uint64_t seed) {
    if (has_pooler()) return dropped(pool(first), seed);
    const double probability = config().hidden_dropout_prob;
    const Tensor inner = inner_->activated(dropped(first, probability, seed, 0),
                                           model::parse_activation(config().hidden_act));
    return dropped(inner, probability, seed, 1);
  }

  // (S) or (S, num_labels), of the sequences that have tokens.
  Tensor labels_of(const PaddedCall& call) const {
    const HeadConfig& head = head_config();
    const Tensor& labels = call["labels"];
    const bool classes = !labels.is_floating_point() && head.num_labels > 1 && labels.dim() == 1 &&
                         head.problem_type != "regression";
    if (classes) return call.class_labels("labels", head.num_labels);
    const std::int64_t rows = call.inputs().rows;
    base::require(
        labels.dim() >= 1 && labels.size(0) == rows && labels.numel() == rows * head.num_labels,
        "[head] expected labels of shape ({}) for classes or ({}, {}) for numbers but got {}", rows,
        rows, head.num_labels, format::format_shape(labels.sizes().vec()));
    return labels.index_select(0, call.rows_with_tokens().to(labels.device()));
  }

  // As problem_type says; without one regression for one label, classes for whole numbers, else
  // several labels.
  Tensor loss_of(const Tensor& logits, const Tensor& labels) const {
    const std::string& problem = head_config().problem_type;
    if (problem == "regression" || (problem.empty() && logits.size(-1) == 1))
      return at::mse_loss(logits.view(labels.sizes()), labels.to(logits.scalar_type()));
    if (problem == "single_label_classification" ||
        (problem.empty() && !labels.is_floating_point()))
      return cross_entropy(logits, labels.flatten());
    return at::binary_cross_entropy_with_logits(logits, labels.to(logits.scalar_type()));
  }

  model::Linear inner_{nullptr};  // RoFormer; BERT has the pooler instead
  model::Linear outer_{nullptr};
};

}  // namespace

Description sequence_classifier() {
  return {.classes = {{"roformer",
                       {"RoFormerForSequenceClassification",
                        {"classifier.dense.weight", "classifier.out_proj.weight"}}},
                      {"bert",
                       {"BertForSequenceClassification", {pooler_weight, "classifier.weight"}}}},
          .labels = {"labels"},
          .words = "classifier of {} labels",
          .suits = [](const Holdings& holdings) { return !holdings.is_choice(); },
          .make = make_model<SequenceClassifier>};
}

}  // namespace roformer::head
