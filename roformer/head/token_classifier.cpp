// The class of each token: RoFormerForTokenClassification, BertForTokenClassification.
#include "roformer/head/label_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class TokenClassifier : public LabelHead {
 public:
  TokenClassifier(const EncoderConfig& config, const HeadConfig& head)
      : LabelHead(config, head, /*pooled=*/false),
        classifier_(add_product("classifier", head.num_labels)) {}

  Tensor logits(const Tensor& hidden, std::uint64_t dropout_seed) override {
    return classifier_(dropped(hidden, dropout_seed));
  }

  // logits (B, T, num_labels); `labels` (B, T).
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const Tensor logits = this->logits(hidden, call.dropout_seed());
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
