// Which token comes next: RoFormerForCausalLM, BertLMHeadModel.
#include "roformer/head/language_model.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// With a pooler JunnYu's RoFormerForCausalLM (RoFormer-Sim): it writes sentences and compares them.
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
  Tensor labels_of(const PaddedCall& call) const override {
    return call.token_labels(config().vocab_size, /*next=*/true);
  }
};

}  // namespace

Description causal_language_model() {
  return {.classes = {{"roformer", {"RoFormerForCausalLM", {"cls.predictions."}}},
                      {"bert", {"BertLMHeadModel", {"cls.predictions."}}}},
          .labels = {"labels"},
          .words = "causal language model",
          .suits = [](const Holdings& holdings) { return holdings.config.is_decoder; },
          .make = [](const Holdings& holdings) -> std::shared_ptr<Model> {
            return std::make_shared<CausalLanguageModel>(holdings.config, holdings.head,
                                                         holdings.has(pooler_weight));
          }};
}

}  // namespace roformer::head
