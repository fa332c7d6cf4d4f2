#include "roformer/head/next_sentence.h"

#include <torch/torch.h>

#include "roformer/model/loss.h"
#include "roformer/model/named_group.h"

namespace roformer::head {

using torch::Tensor;

const Description& next_sentence() {
  static const Description description{
      .classes = {{"bert", "BertForNextSentencePrediction"}},
      .labels = {"labels"},
      .weights =
          [](const Holdings&) {
            return std::vector<std::string>{kPoolerWeight, "cls.seq_relationship.weight"};
          },
      .words =
          [](const Holdings&) {
            return std::vector<std::string>{"pooler", "next sentence"};
          },
      .make = make_model<NextSentenceImpl>};
  return description;
}

NextSentenceImpl::NextSentenceImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(make_pooled_trunk(config, head), head) {
  relationship_ = register_module("cls", std::make_shared<model::NamedGroup>())
                      ->add("seq_relationship", make_head(2));
}

Tensor NextSentenceImpl::logits(const Tensor& first) {
  return relationship_(pool(first));
}

const Description& NextSentenceImpl::description() const {
  return next_sentence();
}

Reading NextSentenceImpl::reading(bool /*with_labels*/) const {
  return {Columns::first};
}

format::TensorMap NextSentenceImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const Tensor found = logits(call.first(hidden));
  format::TensorMap outputs{{"logits", call.spread_rows(found)}};
  if (call.has("labels"))
    outputs["loss"] = model::cross_entropy(found, call.class_labels("labels", 2));
  return outputs;
}

}  // namespace roformer::head
