#include "roformer/head/token_classifier.h"

#include <torch/torch.h>

#include "roformer/model/loss.h"

namespace roformer::head {

using torch::Tensor;

const Description& token_classifier() {
  static const Description description{
      .classes = {{"roformer", "RoFormerForTokenClassification"},
                  {"bert", "BertForTokenClassification"}},
      .labels = {"labels"},
      .weights = [](const Holdings&) { return std::vector<std::string>{"classifier.weight"}; },
      .words =
          [](const Holdings& holdings) {
            return std::vector{fmt::format("classifier of tokens, {} labels{}",
                                           holdings.rows("classifier.weight"),
                                           labels_in_words(holdings))};
          },
      .make = make_model<TokenClassifierImpl>};
  return description;
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
  return logits(read(batch, options), options);
}

const Description& TokenClassifierImpl::description() const {
  return token_classifier();
}

format::TensorMap TokenClassifierImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const Tensor found = logits(hidden);
  format::TensorMap outputs{{"logits", call.unpack(found)}};
  if (call.has("labels"))
    outputs["loss"] = model::cross_entropy(found, call.token_labels(head_config().num_labels));
  return outputs;
}

}  // namespace roformer::head
