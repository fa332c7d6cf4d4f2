// Which token comes next: RoFormerForCausalLM, BertLMHeadModel.
#include "roformer/head/language_model.h"
#include "roformer/head/loss.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// With a pooler JunnYu's RoFormerForCausalLM (RoFormer-Sim), which writes sentences and compares them.
class CausalLanguageModel : public LanguageModelImpl {
 public:
  using LanguageModelImpl::LanguageModelImpl;

  // pooler_output (B, hidden) too if there is a pooler.
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    format::TensorMap outputs = LanguageModelImpl::outputs(hidden, call);
    if (has_pooler()) outputs["pooler_output"] = call.spread_rows(pool(call.first(hidden)));
    return outputs;
  }

 protected:
  // The label of the next column, none beyond the last.
  Tensor labels_of(const PaddedCall& call) const override {
    const std::int64_t rows = call.inputs().rows;
    const Tensor labels = call.whole_numbers("labels", {rows, call.inputs().columns}, 0,
                                             config().vocab_size, ignored_label);
    const Tensor beyond = torch::full({rows, 1}, ignored_label, labels.options());
    return torch::cat({labels.slice(1, 1), beyond}, 1)
        .flatten()
        .index_select(0, call.inputs().places);
  }
};

}  // namespace

const Description& causal_language_model() {
  static const Description description{
      .classes = {{"roformer", {"RoFormerForCausalLM", {"cls.predictions."}}},
                  {"bert", {"BertLMHeadModel", {"cls.predictions."}}}},
      .labels = {"labels"},
      .words = "causal language model",
      .suits = [](const Holdings& holdings) { return holdings.config.is_decoder; },
      .make = [](const Holdings& holdings) -> std::shared_ptr<Model> {
        return std::make_shared<CausalLanguageModel>(holdings.config, holdings.head,
                                                     holdings.has(pooler_weight));
      }};
  return description;
}

}  // namespace roformer::head
