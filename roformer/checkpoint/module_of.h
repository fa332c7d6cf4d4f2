// From a checkpoint's class to the module that computes it.
#pragma once
#include "roformer/checkpoint/architecture.h"
#include "roformer/model/classifiers.h"
#include "roformer/model/encoder.h"
#include "roformer/model/language_models.h"
#include "roformer/model/model_with_head.h"

namespace roformer::checkpoint {

/// A module's type as a value.
template <typename Module>
struct ModuleType {
  using type = Module;  // the module
};

/// work(ModuleType<Module>) for the module of an architecture.
template <typename Work>
auto with_module_of(Architecture architecture, const Work& work) {
  switch (architecture) {
    case Architecture::pooled_encoder:
      return work(ModuleType<model::PooledEncoder>());
    case Architecture::masked_language_model:
      return work(ModuleType<model::MaskedLanguageModel>());
    case Architecture::causal_language_model:
      return work(ModuleType<model::CausalLanguageModel>());
    case Architecture::pooled_causal_language_model:
      return work(ModuleType<model::PooledCausalLanguageModel>());
    case Architecture::pretraining:
      return work(ModuleType<model::PretrainingModel>());
    case Architecture::next_sentence:
      return work(ModuleType<model::NextSentence>());
    case Architecture::sequence_classifier:
      return work(ModuleType<model::SequenceClassifier>());
    case Architecture::token_classifier:
      return work(ModuleType<model::TokenClassifier>());
    case Architecture::multiple_choice:
      return work(ModuleType<model::MultipleChoice>());
    case Architecture::question_answering:
      return work(ModuleType<model::QuestionAnswering>());
    default:
      return work(ModuleType<model::Encoder>());
  }
}

}  // namespace roformer::checkpoint
