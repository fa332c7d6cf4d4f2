// The classes a checkpoint may have been saved as, by Hugging Face's names.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace roformer::checkpoint {

/// What stands on the trunk. A pooler is part of the trunk's file, not of its class's name, so the
/// pooled ones share a name with those without (load.h tells them apart).
enum class Architecture {
  encoder,
  pooled_encoder,
  masked_language_model,
  causal_language_model,
  pooled_causal_language_model,
  pretraining,
  next_sentence,
  sequence_classifier,
  token_classifier,
  multiple_choice,
  question_answering,
};

/// "RoFormerForMaskedLM", "BertLMHeadModel", … for model_type roformer or bert. Throws Error for a
/// class that the family does not have (RoFormer has no next sentence).
std::string architecture_name(std::string_view model_type, Architecture architecture);

/// The other way; none for a class that we do not know.
std::optional<Architecture> architecture_of(std::string_view model_type,
                                            std::string_view class_name);

}  // namespace roformer::checkpoint
