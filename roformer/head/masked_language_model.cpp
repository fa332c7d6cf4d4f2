// Which words the masked tokens are: RoFormerForMaskedLM, BertForMaskedLM.
#include "roformer/head/language_model.h"

namespace roformer::head {

Description masked_language_model() {
  return {.classes = {{"roformer", {"RoFormerForMaskedLM", {"cls.predictions."}}},
                      {"bert", {"BertForMaskedLM", {"cls.predictions."}}}},
          .labels = {"labels"},
          .words = "masked language model",
          .suits = [](const Holdings& holdings) { return !holdings.config.is_decoder; },
          .make = make_model<LanguageModelImpl>};
}

}  // namespace roformer::head
