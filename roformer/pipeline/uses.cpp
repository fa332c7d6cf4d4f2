#include "roformer/pipeline/uses.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/head/label_head.h"
#include "roformer/head/language_model.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/embed.h"
#include "roformer/pipeline/tag_words.h"
#include "roformer/pipeline/text_pieces.h"
#include "roformer/text/tokenizer.h"

namespace roformer::pipeline {
namespace {

// Whether it does so without an Error.
template <typename Work>
bool succeeds(const Work& work) {
  try {
    work();
    return true;
  } catch (const Error&) {
    return false;
  }
}

// What a Module, made blank, lacks in the file, or an Error.
template <typename Module>
std::vector<std::string> missing_of(const checkpoint::Folder& folder) {
  const auto make = [&]() -> std::shared_ptr<torch::nn::Module> {
    return Module(folder.config().encoder, folder.config().head).ptr();
  };
  return checkpoint::plan_module(make, folder.weights()).report().missing;
}

bool has_language_model(const checkpoint::Folder& folder) {
  bool whole = false;
  return succeeds([&] { whole = missing_of<head::LanguageModel>(folder).empty(); }) && whole;
}

bool has_pooler(const checkpoint::Folder& folder) {
  bool whole = false;
  return succeeds([&] {
           const auto missing = missing_of<model::PooledEncoder>(folder);
           whole = std::none_of(missing.begin(), missing.end(), [](const std::string& name) {
             return name.find("pooler") != name.npos;
           });
         }) &&
         whole;
}

// A whole model with this head and no other.
bool has_head(const Inspection& inspection, const head::Description& description) {
  const std::string name = head::class_name(description, inspection.config.encoder.model_type);
  return inspection.classes == std::vector{name} && inspection.report.missing.empty();
}

// As open_classify, open_tag_words, open_choose and open_answer_questions ask.
bool is_classifier(const Inspection& inspection, const text::Tokenizer& tokenizer) {
  if (has_head(inspection, head::multiple_choice()))
    return head::chooses_by_first(inspection.config.encoder.model_type, inspection.config.head);
  if (has_head(inspection, head::token_classifier())) return tells_words(tokenizer);
  if (has_head(inspection, head::question_answering()))
    return tokenizer.facts().has_offsets && tokenizer.facts().has_pairs;
  return has_head(inspection, head::sequence_classifier()) &&
         inspection.config.head.problem_type != "multi_label_classification";
}

// Whether all weights that a module takes are numbers that can be computed with.
bool can_compute(const Inspection& inspection) {
  const auto& unused = inspection.report.unused;
  const auto is_used = [&](const std::string& name) {
    return std::find(unused.begin(), unused.end(), name) == unused.end();
  };
  const auto& bad = inspection.not_finite;
  return std::none_of(bad.begin(), bad.end(), is_used) &&
         std::all_of(inspection.tensors.begin(), inspection.tensors.end(), [&](const auto& item) {
           return format::is_computed(item.second.dtype) || !is_used(item.first);
         });
}

}  // namespace

Uses uses_of(const checkpoint::Folder& folder, const Inspection& inspection) {
  const model::EncoderConfig& config = inspection.config.encoder;
  const bool computes = can_compute(inspection);
  Uses uses;
  uses.run = computes && inspection.classes.size() == 1;
  std::optional<text::Tokenizer> tokenizer;
  uses.tokenize = succeeds([&] { tokenizer = text::Tokenizer::load(folder.path()); });
  if (!uses.tokenize || !computes) return uses;
  if (!succeeds([&] { require_fit(tokenizer->vocabulary_size(), config.vocab_size, ""); }))
    return uses;
  const bool writes = has_language_model(folder);
  uses.generate = config.is_decoder && writes;
  if (config.is_decoder) return uses;
  uses.classify = is_classifier(inspection, *tokenizer);
  uses.fill_mask = writes && succeeds([&] { tokenizer->mask_id(); });
  uses.embed = succeeds([&] { require_own_settings(folder, config, *tokenizer); });
  const bool is_sentence_folder = std::filesystem::exists(folder.path() / "modules.json");
  uses.similarity = uses.embed && is_sentence_folder;
  uses.embed_by_pooler = uses.embed && !is_sentence_folder && has_pooler(folder);
  return uses;
}

}  // namespace roformer::pipeline
