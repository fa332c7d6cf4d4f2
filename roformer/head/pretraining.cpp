#include "roformer/head/pretraining.h"

namespace roformer::head {

using torch::Tensor;

PretrainingImpl::PretrainingImpl(const EncoderConfig& config, const HeadConfig& head)
    : LanguageModelImpl(config, head, /*pooled=*/true),
      relationship_(add_product("cls.seq_relationship", 2)) {}

std::string PretrainingImpl::class_name() const {
  const auto classes = pretraining().classes;
  const auto own = classes.find(config().model_type);
  return own == classes.end() ? LanguageModelImpl::class_name() : own->second.name;
}

Tensor PretrainingImpl::next_sentence(const Tensor& first) {
  return relationship_(pool(first));
}

format::TensorMap PretrainingImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const Tensor words = logits(hidden), follows = next_sentence(call.first(hidden));
  format::TensorMap outputs{{"prediction_logits", call.unpack(words)},
                            {"seq_relationship_logits", call.spread_rows(follows)}};
  if (call.has("labels") && call.has("next_sentence_label"))
    outputs["loss"] = cross_entropy(words, labels_of(call)) +
                      cross_entropy(follows, call.class_labels("next_sentence_label", 2));
  return outputs;
}

Description pretraining() {
  return {.classes = {{"bert",
                       {"BertForPreTraining",
                        {pooler_weight, "cls.predictions.", "cls.seq_relationship."}}}},
          .labels = {"labels", "next_sentence_label"},
          .words = "next sentence",  // what it has beside a masked language model
          .make = make_model<PretrainingImpl>};
}

}  // namespace roformer::head
