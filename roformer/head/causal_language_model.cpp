#include "roformer/head/causal_language_model.h"

#include <torch/torch.h>

#include "roformer/model/loss.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// The label of the next column at each token, none beyond the last: (N).
Tensor next_token_labels(const PaddedCall& call, std::int64_t classes) {
  const std::int64_t rows = call.inputs().rows;
  const Tensor labels =
      call.whole_numbers("labels", {rows, call.inputs().columns}, 0, classes, model::ignored_label);
  const Tensor beyond = torch::full({rows, 1}, model::ignored_label, labels.options());
  return torch::cat({labels.slice(1, 1), beyond}, 1)
      .flatten()
      .index_select(0, call.inputs().places);
}

}  // namespace

const Description& causal_language_model() {
  static const Description description{
      .classes = {{"roformer", "RoFormerForCausalLM"}, {"bert", "BertLMHeadModel"}},
      .labels = {"labels"},
      .weights =
          [](const Holdings& holdings) {
            auto weights = prediction_weights(holdings);
            if (holdings.has(kPoolerWeight)) weights.push_back(kPoolerWeight);
            return weights;
          },
      .suits = [](const Holdings& holdings) { return holdings.config.is_decoder; },
      .words =
          [](const Holdings& holdings) {
            std::vector<std::string> words{prediction_in_words(holdings)};
            if (holdings.has(kPoolerWeight)) words.push_back("pooler");
            return words;
          },
      .make =
          [](const Holdings& holdings) {
            return holdings.has(kPoolerWeight) ? make_model<PooledCausalLanguageModelImpl>(holdings)
                                               : make_model<CausalLanguageModelImpl>(holdings);
          }};
  return description;
}

const Description& CausalLanguageModelImpl::description() const {
  return causal_language_model();
}

Reading CausalLanguageModelImpl::reading(bool /*with_labels*/) const {
  return {has_pooler() ? Columns::first : Columns::tokens};
}

format::TensorMap CausalLanguageModelImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  format::TensorMap outputs = language_outputs(
      hidden, call, call.has("labels") ? next_token_labels(call, config().vocab_size) : Tensor());
  if (has_pooler()) outputs["pooler_output"] = call.spread_rows(pool(call.first(hidden)));
  return outputs;
}

}  // namespace roformer::head
