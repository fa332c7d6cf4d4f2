#include "roformer/checkpoint/architecture.h"

#include <array>

#include "roformer/base/error.h"

namespace roformer::checkpoint {
namespace {

struct ClassName {
  Architecture architecture;
  std::string_view model_type;
  std::string_view name;
};

// The first of an architecture is written, the first of a name is read.
constexpr std::array<ClassName, 20> class_names{{
    {Architecture::encoder, "roformer", "RoFormerModel"},
    {Architecture::pooled_encoder, "roformer", "RoFormerModel"},
    {Architecture::masked_language_model, "roformer", "RoFormerForMaskedLM"},
    {Architecture::causal_language_model, "roformer", "RoFormerForCausalLM"},
    {Architecture::pooled_causal_language_model, "roformer", "RoFormerForCausalLM"},
    {Architecture::sequence_classifier, "roformer", "RoFormerForSequenceClassification"},
    {Architecture::token_classifier, "roformer", "RoFormerForTokenClassification"},
    {Architecture::multiple_choice, "roformer", "RoFormerForMultipleChoice"},
    {Architecture::question_answering, "roformer", "RoFormerForQuestionAnswering"},
    {Architecture::encoder, "bert", "BertModel"},
    {Architecture::pooled_encoder, "bert", "BertModel"},
    {Architecture::masked_language_model, "bert", "BertForMaskedLM"},
    {Architecture::causal_language_model, "bert", "BertLMHeadModel"},
    {Architecture::pooled_causal_language_model, "bert", "BertLMHeadModel"},
    {Architecture::pretraining, "bert", "BertForPreTraining"},
    {Architecture::next_sentence, "bert", "BertForNextSentencePrediction"},
    {Architecture::sequence_classifier, "bert", "BertForSequenceClassification"},
    {Architecture::token_classifier, "bert", "BertForTokenClassification"},
    {Architecture::multiple_choice, "bert", "BertForMultipleChoice"},
    {Architecture::question_answering, "bert", "BertForQuestionAnswering"},
}};

}  // namespace

std::string architecture_name(std::string_view model_type, Architecture architecture) {
  for (const ClassName& entry : class_names) {
    if (entry.architecture == architecture && entry.model_type == model_type)
      return std::string(entry.name);
  }
  base::fail("[checkpoint] expected a head that model_type {} has", model_type);
}

std::optional<Architecture> architecture_of(std::string_view model_type,
                                            std::string_view class_name) {
  for (const ClassName& entry : class_names) {
    if (entry.model_type == model_type && entry.name == class_name) return entry.architecture;
  }
  return std::nullopt;
}

}  // namespace roformer::checkpoint
