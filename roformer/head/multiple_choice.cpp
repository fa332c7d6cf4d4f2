// Which of several continuations is right: RoFormerForMultipleChoice, BertForMultipleChoice.
#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/head/label_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// One number for each continuation, each a sequence of its own. BERT takes the pooled [CLS];
// RoFormer head_config().summary, whose default is the last place of the padded row: the [PAD] of a
// shorter one.
class MultipleChoice : public LabelHead {
 public:
  MultipleChoice(const EncoderConfig& config, const HeadConfig& head)
      : LabelHead(config, head, config.model_type == "bert") {
    if (!has_pooler() && head.summary.use_projection)
      projection_ = add_product("sequence_summary.summary", config.hidden_size);
    classifier_ = add_product("classifier", 1);
  }

  Reading reading(const format::TensorMap& /*inputs*/) const override {
    const std::string& summary = head_config().summary.type;
    if (has_pooler() || summary == "first") return {Columns::first, /*choices=*/true};
    return {summary == "last" ? Columns::last : Columns::all, /*choices=*/true};
  }

  // One number a sequence.
  Tensor logits(const Tensor& read, std::uint64_t dropout_seed) override {
    return classifier_(summary_of(read, dropout_seed));
  }

  // logits (questions, choices); `labels` (questions).
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const std::int64_t choices = std::max<std::int64_t>(1, call.num_choices());
    const Tensor logits = this->logits(read(hidden, call), call.dropout_seed()).view({-1, choices});
    format::TensorMap outputs{{"logits", logits}};
    if (call.has("labels"))
      outputs["loss"] = cross_entropy(
          logits,
          call.whole_numbers("labels", {call.inputs().rows / choices}, 0, choices, ignored_label));
    return outputs;
  }

 private:
  // The hidden states that are read of each sequence: (B, hidden).
  Tensor read(const Tensor& hidden, const PaddedCall& call) const {
    const std::int64_t columns = call.inputs().columns;
    base::require(columns > 0, "[head] expected at least one column but got none");
    const Tensor padded = packed::unpack(hidden, call.inputs());
    const Columns place = reading({}).columns;
    if (place == Columns::all) return padded.mean(1);
    return padded.select(1, place == Columns::first ? 0 : columns - 1);
  }

  Tensor summary_of(const Tensor& hidden, std::uint64_t seed) {
    if (has_pooler()) return dropped(pool(hidden), seed);
    const model::SummaryOptions& how = head_config().summary;
    Tensor x = dropped(hidden, how.first_dropout, seed, 0);
    if (!projection_.is_empty()) x = projection_(x);
    return dropped(model::pooled_activation(x, how.activation), how.last_dropout, seed, 1);
  }

  model::Linear projection_{nullptr};  // RoFormer, only if summary.use_projection
  model::Linear classifier_{nullptr};
};

}  // namespace

Description multiple_choice() {
  return {.classes = {{"roformer", {"RoFormerForMultipleChoice", {"classifier.weight"}}},
                      {"bert", {"BertForMultipleChoice", {pooler_weight, "classifier.weight"}}}},
          .labels = {"labels"},
          .words = "multiple choice",
          .suits = [](const Holdings& holdings) { return holdings.rows("classifier.weight") == 1; },
          .make = make_model<MultipleChoice>};
}

}  // namespace roformer::head
