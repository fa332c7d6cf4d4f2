#include "roformer/head/sequence_classifier.h"

#include <torch/torch.h>

#include "roformer/base/error.h"
#include "roformer/model/activation_name.h"
#include "roformer/model/loss.h"
#include "roformer/model/named_group.h"

namespace roformer::head {
namespace {

using torch::Tensor;

bool is_bert(const EncoderConfig& config) {
  return config.model_type == "bert";
}

std::string settled_problem(const Tensor& logits, const Tensor& labels, const std::string& given) {
  if (!given.empty()) return given;
  if (logits.size(-1) == 1) return "regression";
  return labels.is_floating_point() ? "multi_label_classification" : "single_label_classification";
}

// (S) or (S, num_labels), of the sequences that have tokens.
Tensor labels_of(const HeadConfig& head, const PaddedCall& call) {
  const Tensor& labels = call["labels"];
  const bool classes = !labels.is_floating_point() && head.num_labels > 1 && labels.dim() == 1 &&
                       head.problem_type != "regression";
  if (classes) return call.class_labels("labels", head.num_labels);
  const std::int64_t rows = call.inputs().rows;
  const bool fits =
      labels.dim() >= 1 && labels.size(0) == rows && labels.numel() == rows * head.num_labels;
  base::require(fits,
                "[head] expected labels of shape ({}) for classes or ({}, {}) for numbers but got "
                "({})",
                rows, rows, head.num_labels,
                fmt::join(labels.sizes().begin(), labels.sizes().end(), ", "));
  return labels.index_select(0, call.rows_with_tokens().to(labels.device()));
}

}  // namespace

const Description& sequence_classifier() {
  static const Description description{
      .classes = {{"roformer", "RoFormerForSequenceClassification"},
                  {"bert", "BertForSequenceClassification"}},
      .labels = {"labels"},
      .weights =
          [](const Holdings& holdings) {
            if (is_bert(holdings.config))
              return std::vector<std::string>{kPoolerWeight, "classifier.weight"};
            return std::vector<std::string>{"classifier.dense.weight",
                                            "classifier.out_proj.weight"};
          },
      .words =
          [](const Holdings& holdings) {
            const char* outer =
                is_bert(holdings.config) ? "classifier.weight" : "classifier.out_proj.weight";
            const std::string words = fmt::format("classifier of {} labels{}", holdings.rows(outer),
                                                  labels_in_words(holdings));
            return is_bert(holdings.config) ? std::vector<std::string>{"pooler", words}
                                            : std::vector<std::string>{words};
          },
      .make = make_model<SequenceClassifierImpl>};
  return description;
}

SequenceClassifierImpl::SequenceClassifierImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(is_bert(config) ? make_pooled_trunk(config, head) : make_trunk(config), head) {
  if (has_pooler()) {
    outer_ = register_module("classifier", make_head(head.num_labels));
    return;
  }
  auto classifier = register_module("classifier", std::make_shared<model::NamedGroup>());
  inner_ = classifier->add("dense", make_head(config.hidden_size));
  outer_ = classifier->add("out_proj", make_head(head.num_labels));
}

Tensor SequenceClassifierImpl::logits(const Tensor& first, const ForwardOptions& options) {
  if (has_pooler()) return outer_(dropped(pool(first), head_dropout(), options));
  const double probability = config().hidden_dropout_prob;
  const Tensor inner = inner_->activated(dropped(first, probability, options, 0),
                                         model::parse_activation(config().hidden_act));
  return outer_(dropped(inner, probability, options, 1));
}

Tensor SequenceClassifierImpl::forward(const packed::PackedBatch& batch,
                                       const ForwardOptions& options) {
  return logits(read(batch, options), options);
}

const Description& SequenceClassifierImpl::description() const {
  return sequence_classifier();
}

Reading SequenceClassifierImpl::reading(bool /*with_labels*/) const {
  return {Columns::first};
}

format::TensorMap SequenceClassifierImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const Tensor found = logits(call.first(hidden));
  format::TensorMap outputs{{"logits", call.spread_rows(found)}};
  if (call.has("labels"))
    outputs["loss"] =
        classification_loss(found, labels_of(head_config(), call), head_config().problem_type);
  return outputs;
}

Tensor classification_loss(const Tensor& logits, const Tensor& labels,
                           const std::string& problem_type) {
  const std::string problem = settled_problem(logits, labels, problem_type);
  if (problem == "regression")
    return at::mse_loss(logits.view(labels.sizes()), labels.to(logits.scalar_type()));
  if (problem == "single_label_classification")
    return model::cross_entropy(logits, labels.flatten());
  base::require(problem == "multi_label_classification",
                "[head] expected problem_type regression, single_label_classification or "
                "multi_label_classification but got '{}'",
                problem);
  return at::binary_cross_entropy_with_logits(logits, labels.to(logits.scalar_type()));
}

}  // namespace roformer::head
