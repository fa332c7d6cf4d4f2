// Where an answer begins and ends: RoFormerForQuestionAnswering, BertForQuestionAnswering.
#include <limits>

#include "roformer/base/error.h"
#include "roformer/head/label_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class QuestionAnswering : public LabelHead {
 public:
  QuestionAnswering(const EncoderConfig& config, const HeadConfig& head)
      : LabelHead(config, head, /*pooled=*/false), outputs_(add_product("qa_outputs", 2)) {}

  // Every column where the loss is wanted, which runs over all.
  Reading reading(const format::TensorMap& inputs) const override {
    const bool with_loss = inputs.contains("start_positions") || inputs.contains("end_positions");
    return {with_loss ? Columns::all : Columns::tokens};
  }

  // Two numbers a token: of the answer's begin and of its end.
  Tensor logits(const Tensor& hidden, std::uint64_t /*dropout_seed*/) override {
    return outputs_(hidden);
  }

  // start_logits and end_logits (B, T); `start_positions` and `end_positions` (B) or (B, 1).
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    base::require(call.has("start_positions") == call.has("end_positions"),
                  "[head] expected start_positions and end_positions together but got one");
    const Tensor logits = this->logits(hidden, call.dropout_seed()), kept = call.unpack(logits);
    format::TensorMap outputs{{"start_logits", kept.select(-1, 0).contiguous()},
                              {"end_logits", kept.select(-1, 1).contiguous()}};
    if (!call.has("start_positions")) return outputs;
    const Tensor padded = packed::unpack(logits, call.inputs());
    outputs["loss"] = (loss_of(padded.select(-1, 0), call, "start_positions") +
                       loss_of(padded.select(-1, 1), call, "end_positions")) /
                      2;
    return outputs;
  }

 private:
  // Cross entropy of one end's logits (B, T) against places, clamped to 0 .. T; T does not count.
  static Tensor loss_of(const Tensor& logits, const PaddedCall& call, const char* name) {
    using Limits = std::numeric_limits<std::int64_t>;
    std::vector<std::int64_t> shape = {logits.size(0)};
    if (call[name].dim() == 2) shape.push_back(1);
    const Tensor places = call.whole_numbers(name, shape, Limits::min(), Limits::max()).flatten();
    const std::int64_t length = logits.size(1);
    return at::cross_entropy_loss(logits, places.clamp(0, length), {}, at::Reduction::Mean, length);
  }

  model::Linear outputs_;
};

}  // namespace

Description question_answering() {
  return {.classes = {{"roformer", {"RoFormerForQuestionAnswering", {"qa_outputs."}}},
                      {"bert", {"BertForQuestionAnswering", {"qa_outputs."}}}},
          .labels = {"start_positions", "end_positions"},
          .words = "question answering",
          .make = make_model<QuestionAnswering>};
}

}  // namespace roformer::head
