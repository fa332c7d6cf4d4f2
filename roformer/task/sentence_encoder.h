// What gives texts vectors, as it is learned: an encoder with what stands behind it, below the head
// of a language model where the loss asks for one.
#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <memory>
#include <string>

#include "roformer/head/language_model.h"
#include "roformer/labelled/embedding_options.h"
#include "roformer/pipeline/sentence_folder.h"
#include "roformer/task/recipe_model.h"

namespace roformer::task {

class SentenceEncoder {
 public:
  /// With weights drawn from the recipe's seed, or those of recipe.checkpoint, which may be a
  /// folder of sentence-transformers: its prompts and its longest sequence stay as they are. Throws
  /// Error where that is not the recipe's model, and naming the file for a setting by which its
  /// vectors would be others than those that are learned here.
  static std::shared_ptr<SentenceEncoder> draw(const Recipe& recipe,
                                               const text::Tokenizer& tokenizer);
  /// The model of a folder. Throws Error where that is not the recipe's, or lacks a pooler or a
  /// head that the recipe asks for.
  static std::shared_ptr<SentenceEncoder> load(const Recipe& recipe,
                                               const std::filesystem::path& folder);

  /// All that is learned; the trunk's names are below what Hugging Face calls it, `roformer` or
  /// `bert`.
  torch::nn::Module& module() const { return *module_; }
  const std::shared_ptr<torch::nn::Module>& shared_module() const { return module_; }
  model::Encoder encoder() const { return encoder_; }
  /// The language model; null unless the loss is "sim".
  head::LanguageModelImpl* words() const { return words_.get(); }
  /// What becomes a vector.
  const std::vector<pipeline::Pooling>& poolings() const { return settings_.poolings; }

  /// Vectors (B, width), of whatever length.
  torch::Tensor vectors(const packed::PackedBatch& batch, const model::ForwardOptions& options);
  /// The vectors of [CLS] (B, hidden) by its hidden states, where that is the pooling, or a pooler.
  torch::Tensor vectors_of_first(const torch::Tensor& hidden);

  /// Writes a folder of sentence-transformers, without the tokenizer.
  void save(const std::filesystem::path& folder) const;
  /// Reads the weights back.
  void restore(const std::filesystem::path& folder);

 private:
  SentenceEncoder(const Recipe& recipe, model::Encoder encoder,
                  std::shared_ptr<head::LanguageModelImpl> words, model::HeadConfig head);

  /// Those of a folder of sentence-transformers that training changes nothing of.
  void take_settings(const std::filesystem::path& folder, const text::Tokenizer& tokenizer);
  /// What is saved: the trunk alone, or the language model.
  torch::nn::Module& saved() const;

  model::Encoder encoder_{nullptr};
  std::shared_ptr<head::LanguageModelImpl> words_;
  std::shared_ptr<torch::nn::Module> module_;
  model::HeadConfig head_;
  pipeline::SentenceSettings settings_;
};

/// What [task] says of the recipe's encoder.
const labelled::EmbeddingOptions& embedding_options(const Recipe& recipe);

}  // namespace roformer::task
