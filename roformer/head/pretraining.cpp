#include "roformer/head/pretraining.h"

#include <torch/torch.h>

#include "roformer/model/loss.h"

namespace roformer::head {

using torch::Tensor;

const Description& pretraining() {
  static const Description description{
      .classes = {{"bert", "BertForPreTraining"}},
      .labels = {"labels", "next_sentence_label"},
      .weights =
          [](const Holdings& holdings) {
            auto weights = prediction_weights(holdings);
            weights.insert(weights.end(), {kPoolerWeight, "cls.seq_relationship.weight"});
            return weights;
          },
      .words =
          [](const Holdings& holdings) {
            return std::vector<std::string>{prediction_in_words(holdings), "pooler",
                                            "next sentence"};
          },
      .make = make_model<PretrainingModelImpl>};
  return description;
}

PretrainingModelImpl::PretrainingModelImpl(const EncoderConfig& config, const HeadConfig& head)
    : LanguageModel(make_pooled_trunk(config, head), head), relationship_(make_head(2)) {
  cls_->register_module("seq_relationship", relationship_);
}

Tensor PretrainingModelImpl::next_sentence_logits(const Tensor& first) {
  return relationship_(pool(first));
}

const Description& PretrainingModelImpl::description() const {
  return pretraining();
}

Reading PretrainingModelImpl::reading(bool /*with_labels*/) const {
  return {Columns::first};
}

format::TensorMap PretrainingModelImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const bool with_loss = call.has("labels") && call.has("next_sentence_label");
  format::TensorMap outputs =
      language_outputs(hidden, call, with_loss ? call.token_labels(config().vocab_size) : Tensor(),
                       "prediction_logits");
  const Tensor relationship = next_sentence_logits(call.first(hidden));
  outputs["seq_relationship_logits"] = call.spread_rows(relationship);
  if (with_loss)
    outputs["loss"] =
        outputs["loss"] +
        model::cross_entropy(relationship, call.class_labels("next_sentence_label", 2));
  return outputs;
}

}  // namespace roformer::head
