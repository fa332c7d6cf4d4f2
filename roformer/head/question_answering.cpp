#include "roformer/head/question_answering.h"

#include <torch/torch.h>

#include "roformer/base/error.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// start_positions or end_positions, (B) or (B, 1): (B).
Tensor places_of(const PaddedCall& call, const char* name) {
  const std::int64_t rows = call.inputs().rows;
  const Tensor& values = call[name];
  const bool column = values.dim() == 2 && values.size(1) == 1;
  base::require(torch::isIntegralType(values.scalar_type(), /*includeBool=*/false) &&
                    (values.dim() == 1 || column) && values.size(0) == rows,
                "[head] expected {} of shape ({}), whole numbers, but got ({}) of {}", name, rows,
                fmt::join(values.sizes().begin(), values.sizes().end(), ", "),
                c10::toString(values.scalar_type()));
  return values.flatten().to(torch::kLong);
}

}  // namespace

const Description& question_answering() {
  static const Description description{
      .classes = {{"roformer", "RoFormerForQuestionAnswering"},
                  {"bert", "BertForQuestionAnswering"}},
      .labels = {"start_positions", "end_positions"},
      .weights = [](const Holdings&) { return std::vector<std::string>{"qa_outputs.weight"}; },
      .words = [](const Holdings&) { return std::vector<std::string>{"question answering"}; },
      .make = make_model<QuestionAnsweringImpl>};
  return description;
}

QuestionAnsweringImpl::QuestionAnsweringImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(make_trunk(config), head) {
  outputs_ = register_module("qa_outputs", make_head(2));
}

Tensor QuestionAnsweringImpl::logits(const Tensor& hidden) {
  return outputs_(hidden);
}

const Description& QuestionAnsweringImpl::description() const {
  return question_answering();
}

Reading QuestionAnsweringImpl::reading(bool with_labels) const {
  return {with_labels ? Columns::all : Columns::tokens};
}

format::TensorMap QuestionAnsweringImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  base::require(call.has("start_positions") == call.has("end_positions"),
                "[head] expected start_positions and end_positions together but got one");
  const Tensor found = logits(hidden);
  const Tensor kept = call.unpack(found);
  format::TensorMap outputs{{"start_logits", kept.select(-1, 0).contiguous()},
                            {"end_logits", kept.select(-1, 1).contiguous()}};
  if (call.has("start_positions")) {
    const Tensor padded = packed::unpack(found, call.inputs());
    outputs["loss"] =
        answer_loss(padded.select(-1, 0), padded.select(-1, 1), places_of(call, "start_positions"),
                    places_of(call, "end_positions"));
  }
  return outputs;
}

Tensor answer_loss(const Tensor& start_logits, const Tensor& end_logits, const Tensor& starts,
                   const Tensor& ends) {
  const std::int64_t length = start_logits.size(1);
  const auto one_end = [&](const Tensor& logits, const Tensor& places) {
    return at::cross_entropy_loss(logits, places.clamp(0, length), {}, at::Reduction::Mean, length);
  };
  return (one_end(start_logits, starts) + one_end(end_logits, ends)) / 2;
}

}  // namespace roformer::head
