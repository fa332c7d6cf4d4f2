#include "roformer/head/masked_language_model.h"

namespace roformer::head {

const Description& masked_language_model() {
  static const Description description{
      .classes = {{"roformer", "RoFormerForMaskedLM"}, {"bert", "BertForMaskedLM"}},
      .labels = {"labels"},
      .weights = prediction_weights,
      .suits = [](const Holdings& holdings) { return !holdings.config.is_decoder; },
      .words = [](const Holdings& holdings) { return std::vector{prediction_in_words(holdings)}; },
      .make = make_model<MaskedLanguageModelImpl>};
  return description;
}

const Description& MaskedLanguageModelImpl::description() const {
  return masked_language_model();
}

format::TensorMap MaskedLanguageModelImpl::outputs(const torch::Tensor& hidden,
                                                   const PaddedCall& call) {
  return language_outputs(
      hidden, call, call.has("labels") ? call.token_labels(config().vocab_size) : torch::Tensor());
}

}  // namespace roformer::head
