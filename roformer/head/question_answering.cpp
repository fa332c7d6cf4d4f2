// Where an answer begins and ends: RoFormerForQuestionAnswering, BertForQuestionAnswering.
#include "roformer/base/error.h"
#include "roformer/head/model_with_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class QuestionAnswering : public ModelWithHead {
 public:
  QuestionAnswering(const EncoderConfig& config, const HeadConfig& head)
      : ModelWithHead(config, head, /*pooled=*/false), outputs_(add_product("qa_outputs", 2)) {}

  // Every column where the loss is wanted, which runs over all.
  Reading reading(const format::TensorMap& inputs) const override {
    const bool with_loss = inputs.contains("start_positions") || inputs.contains("end_positions");
    return {with_loss ? Columns::all : Columns::tokens};
  }

  // start_logits and end_logits (B, T); `start_positions` and `end_positions` (B) or (B, 1).
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    base::require(call.has("start_positions") == call.has("end_positions"),
                  "[head] expected start_positions and end_positions together but got one");
    const Tensor logits = outputs_(hidden), kept = call.unpack(logits);
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
  // Cross entropy of one end's logits (B, T) against places, clamped to 0 .. T, where T does not
  // count.
  static Tensor loss_of(const Tensor& logits, const PaddedCall& call, const char* name) {
    const std::int64_t rows = logits.size(0), length = logits.size(1);
    const Tensor& places = call[name];
    const bool column = places.dim() == 2 && places.size(1) == 1;
    base::require(torch::isIntegralType(places.scalar_type(), /*includeBool=*/false) &&
                      (places.dim() == 1 || column) && places.size(0) == rows,
                  "[head] expected {} of shape ({}), whole numbers, but got ({}) of {}", name, rows,
                  fmt::join(places.sizes().begin(), places.sizes().end(), ", "),
                  c10::toString(places.scalar_type()));
    return at::cross_entropy_loss(logits, places.flatten().to(torch::kLong).clamp(0, length), {},
                                  at::Reduction::Mean, length);
  }

  model::Linear outputs_;
};

}  // namespace

const Description& question_answering() {
  static const Description description{
      .classes = {{"roformer", {"RoFormerForQuestionAnswering", {"qa_outputs."}}},
                  {"bert", {"BertForQuestionAnswering", {"qa_outputs."}}}},
      .labels = {"start_positions", "end_positions"},
      .words = "question answering",
      .make = make_model<QuestionAnswering>};
  return description;
}

}  // namespace roformer::head
