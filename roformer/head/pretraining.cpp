// BERT's two tasks at once: which words the masked tokens are, and whether the second sentence
// follows the first (BertForPreTraining).
#include "roformer/head/language_model.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class Pretraining : public LanguageModelImpl {
 public:
  Pretraining(const EncoderConfig& config, const HeadConfig& head)
      : LanguageModelImpl(config, head, /*pooled=*/true),
        relationship_(add_product("cls.seq_relationship", 2)) {}

  // prediction_logits (B, T, vocab_size), seq_relationship_logits (B, 2), class 0 for "follows";
  // `labels` (B, T) and `next_sentence_label` (B), of which the loss needs both.
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const Tensor words = logits(hidden), follows = relationship_(pool(call.first(hidden)));
    format::TensorMap outputs{{"prediction_logits", call.unpack(words)},
                              {"seq_relationship_logits", call.spread_rows(follows)}};
    if (call.has("labels") && call.has("next_sentence_label"))
      outputs["loss"] = cross_entropy(words, labels_of(call)) +
                        cross_entropy(follows, call.class_labels("next_sentence_label", 2));
    return outputs;
  }

 private:
  model::Linear relationship_;
};

}  // namespace

Description pretraining() {
  return {.classes = {{"bert",
                       {"BertForPreTraining",
                        {pooler_weight, "cls.predictions.", "cls.seq_relationship."}}}},
          .labels = {"labels", "next_sentence_label"},
          .words = "next sentence",  // what it has beside a masked language model
          .make = make_model<Pretraining>};
}

}  // namespace roformer::head
