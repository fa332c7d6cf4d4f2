// The causal language model as a task: every token of a text is predicted from those before it
// (section 4.4 of the paper).
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "roformer/data/causal_language_source.h"
#include "roformer/head/causal_language_model.h"
#include "roformer/task/recipe_task.h"

namespace roformer::task {

class CausalLanguageTask : public RecipeTask {
 public:
  /// Throws Error if the model has fewer words than the vocabulary.
  CausalLanguageTask(const Recipe& recipe, std::shared_ptr<const data::TokenStream> stream,
                     head::CausalLanguageModel model, torch::Device device = torch::kCPU);

  torch::nn::Module& module() override { return *model_; }
  void load_batch(const train::BatchRequest& request) override;
  train::LossSum loss(std::uint64_t dropout_seed) override;
  /// "loss" (nats a token), "accuracy", and "bits_per_character" (loss / ln 2; a character is a
  /// byte) of byte models or "perplexity" of others.
  train::Metrics evaluate() override { return figures(data::Split::validation); }
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;
  std::int64_t num_sequences(std::int64_t length) const override {
    return source_.num_sequences(length);
  }
  train::Metrics figures(data::Split split) override;

  head::CausalLanguageModel model() const { return model_; }
  const data::CausalLanguageSource& source() const { return source_; }

 private:
  struct Scored {
    torch::Tensor loss;  // scalar, summed
    std::int64_t correct;
  };
  Scored score(const data::CausalBatch& batch, std::uint64_t dropout_seed);

  data::CausalLanguageSource source_;
  head::CausalLanguageModel model_{nullptr};
  torch::Device device_;
  EvaluationOptions evaluation_;
  std::uint64_t seed_;
  data::CausalBatch batch_;
};

class CausalLanguageMaterial : public Material {
 public:
  explicit CausalLanguageMaterial(std::shared_ptr<const data::TokenStream> stream)
      : stream_(std::move(stream)) {}

  std::string summary() const override { return stream_->summary(); }
  std::string fingerprint() const override;
  std::unique_ptr<RecipeTask> make_task(const Recipe& recipe, torch::Device device) const override;
  std::unique_ptr<RecipeTask> load_task(const Recipe& recipe, const std::filesystem::path& folder,
                                        torch::Device device) const override;

  const data::TokenStream& stream() const { return *stream_; }

 private:
  std::shared_ptr<const data::TokenStream> stream_;
};

}  // namespace roformer::task
