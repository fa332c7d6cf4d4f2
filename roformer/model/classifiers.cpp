#include "roformer/model/classifiers.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/model/config.h"
#include "roformer/model/initialize.h"

namespace roformer::model {
namespace {

using torch::Tensor;

// BERT's heads on a whole sequence read the pooler.
std::shared_ptr<EncoderImpl> trunk_of(const EncoderConfig& config, const HeadConfig& head) {
  return config.model_type == "bert" ? make_pooled_trunk(config, head) : make_trunk(config);
}

std::string settled_problem(const Tensor& logits, const Tensor& labels, const std::string& given) {
  if (!given.empty()) return given;
  if (logits.size(-1) == 1) return "regression";
  return labels.is_floating_point() ? "multi_label_classification" : "single_label_classification";
}

}  // namespace

SequenceClassifierImpl::SequenceClassifierImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(trunk_of(config, head), head) {
  if (has_pooler()) {
    outer_ = register_module("classifier", make_head(head.num_labels));
    return;
  }
  auto classifier = register_module("classifier", std::make_shared<NamedGroup>());
  inner_ = classifier->add("dense", make_head(config.hidden_size));
  outer_ = classifier->add("out_proj", make_head(head.num_labels));
}

Tensor SequenceClassifierImpl::logits(const Tensor& first, const ForwardOptions& options) {
  if (has_pooler()) return outer_(dropped(pool(first), head_dropout(), options));
  const double probability = config().hidden_dropout_prob;
  const Tensor inner = inner_->activated(dropped(first, probability, options, 0),
                                         parse_activation(config().hidden_act));
  return outer_(dropped(inner, probability, options, 1));
}

Tensor SequenceClassifierImpl::forward(const packed::PackedBatch& batch,
                                       const ForwardOptions& options) {
  ForwardOptions selected = options;
  selected.rows = first_tokens(batch);
  return logits(encoder()->forward(batch, selected), options);
}

TokenClassifierImpl::TokenClassifierImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(make_trunk(config), head) {
  classifier_ = register_module("classifier", make_head(head.num_labels));
}

Tensor TokenClassifierImpl::logits(const Tensor& hidden, const ForwardOptions& options) {
  return classifier_(dropped(hidden, head_dropout(), options));
}

Tensor TokenClassifierImpl::forward(const packed::PackedBatch& batch,
                                    const ForwardOptions& options) {
  return logits(encoder()->forward(batch, options), options);
}

MultipleChoiceImpl::MultipleChoiceImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(trunk_of(config, head), head) {
  if (!has_pooler() && head.summary.use_projection) {
    projection_ = register_module("sequence_summary", std::make_shared<NamedGroup>())
                      ->add("summary", make_head(config.hidden_size));
  }
  classifier_ = register_module("classifier", make_head(1));
}

Tensor MultipleChoiceImpl::logits(const Tensor& summary, const ForwardOptions& options) {
  if (has_pooler()) {
    const Tensor pooled = dropped(pool(summary), head_dropout(), options);
    return classifier_(pooled).squeeze(1);
  }
  const SummaryOptions& how = head().summary;
  Tensor x = dropped(summary, how.first_dropout, options, 0);
  if (!projection_.is_empty()) x = projection_(x);
  x = dropped(pooled_activation(x, how.activation), how.last_dropout, options, 1);
  return classifier_(x).squeeze(1);
}

NextSentenceImpl::NextSentenceImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(make_pooled_trunk(config, head), head) {
  relationship_ =
      register_module("cls", std::make_shared<NamedGroup>())->add("seq_relationship", make_head(2));
}

QuestionAnsweringImpl::QuestionAnsweringImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(make_trunk(config), head) {
  outputs_ = register_module("qa_outputs", make_head(2));
}

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, ignored_label);
}

Tensor classification_loss(const Tensor& logits, const Tensor& labels,
                           const std::string& problem_type) {
  const std::string problem = settled_problem(logits, labels, problem_type);
  if (problem == "regression")
    return at::mse_loss(logits.view(labels.sizes()), labels.to(logits.scalar_type()));
  if (problem == "single_label_classification") return cross_entropy(logits, labels.flatten());
  base::require(problem == "multi_label_classification",
                "[model] expected problem_type regression, single_label_classification or "
                "multi_label_classification but got '{}'",
                problem);
  return at::binary_cross_entropy_with_logits(logits, labels.to(logits.scalar_type()));
}

Tensor answer_loss(const Tensor& start_logits, const Tensor& end_logits, const Tensor& starts,
                   const Tensor& ends) {
  const std::int64_t length = start_logits.size(1);
  const auto one_end = [&](const Tensor& logits, const Tensor& places) {
    return at::cross_entropy_loss(logits, places.clamp(0, length), {}, at::Reduction::Mean, length);
  };
  return (one_end(start_logits, starts) + one_end(end_logits, ends)) / 2;
}

}  // namespace roformer::model
