// Whether a sentence follows another: BertForNextSentencePrediction.
#include "roformer/head/model_with_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class NextSentence : public ModelWithHead {
 public:
  NextSentence(const EncoderConfig& config, const HeadConfig& head)
      : ModelWithHead(config, head, /*pooled=*/true),
        relationship_(add_product("cls.seq_relationship", 2)) {}

  // logits (B, 2), class 0 for "follows"; `labels` (B).
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const Tensor logits = relationship_(pool(call.first(hidden)));
    format::TensorMap outputs{{"logits", call.spread_rows(logits)}};
    if (call.has("labels")) outputs["loss"] = cross_entropy(logits, call.class_labels("labels", 2));
    return outputs;
  }

 private:
  model::Linear relationship_;
};

}  // namespace

Description next_sentence() {
  return {
      .classes = {{"bert",
                   {"BertForNextSentencePrediction", {pooler_weight, "cls.seq_relationship."}}}},
      .labels = {"labels"},
      .words = "next sentence",
      .make = make_model<NextSentence>};
}

}  // namespace roformer::head
