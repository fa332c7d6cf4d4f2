// The class of each token: RoFormerForTokenClassification, BertForTokenClassification.
#include "roformer/head/model_with_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class TokenClassifier : public ModelWithHead {
 public:
  TokenClassifier(const EncoderConfig& config, const HeadConfig& head)
      : ModelWithHead(config, head, /*pooled=*/false),
        classifier_(add_product("classifier", head.num_labels)) {}

  // logits (B, T, num_labels); `labels` (B, T).
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const Tensor logits = classifier_(dropped(hidden, call));
    format::TensorMap outputs{{"logits", call.unpack(logits)}};
    if (call.has("labels"))
      outputs["loss"] = cross_entropy(logits, call.token_labels(head_config().num_labels));
    return outputs;
  }

 private:
  model::Linear classifier_;
};

}  // namespace

Description token_classifier() {
  return {.classes = {{"roformer", {"RoFormerForTokenClassification", {"classifier.weight"}}},
                      {"bert", {"BertForTokenClassification", {"classifier.weight"}}}},
          .labels = {"labels"},
          .words = "classifier of tokens, {} labels",
          .suits = [](const Holdings& holdings) { return !holdings.is_choice(); },
          .make = make_model<TokenClassifier>};
}

}  // namespace roformer::head
