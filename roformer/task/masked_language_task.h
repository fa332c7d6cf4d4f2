// The masked language model as a task: 15 % of the tokens of packed text are hidden and predicted
// (Devlin et al. 2019).
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "roformer/data/masked_language_source.h"
#include "roformer/head/masked_language_model.h"
#include "roformer/task/recipe_task.h"

namespace roformer::task {

/// What counting alone achieves on the same masked positions (metric/neighbour_guess.h): shares of
/// right guesses.
struct GuessAccuracy {
  double most_frequent = 0;
  double neighbours = 0;
};

class MaskedLanguageTask : public RecipeTask {
 public:
  /// Trains or evaluates `model` on the recipe's data. Throws Error if the model has fewer words
  /// than the vocabulary, or nothing is held out.
  MaskedLanguageTask(const Recipe& recipe, std::shared_ptr<const data::Corpus> corpus,
                     head::MaskedLanguageModel model, torch::Device device = torch::kCPU);

  torch::nn::Module& module() override { return *model_; }
  void load_batch(const train::BatchRequest& request) override;
  train::LossSum loss(std::uint64_t dropout_seed) override;
  /// "loss" (nats a masked token), "accuracy".
  train::Metrics evaluate() override;
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;
  std::int64_t num_sequences(std::int64_t length) const override {
    return source_.num_sequences(length);
  }
  /// "loss", "accuracy", "perplexity", and what counting alone achieves; of Split::validation only.
  train::Metrics figures(data::Split split) override;

  head::MaskedLanguageModel model() const { return model_; }
  const data::MaskedLanguageSource& source() const { return source_; }

 private:
  struct Scored {
    torch::Tensor loss;  // scalar, summed
    std::int64_t correct;
  };
  Scored score(const data::MaskedBatch& masked, std::uint64_t dropout_seed);

  data::MaskedLanguageSource source_;
  head::MaskedLanguageModel model_{nullptr};
  torch::Device device_;
  std::uint64_t seed_;
  EvaluationOptions evaluation_;
  data::MaskedBatch batch_;
  std::vector<data::MaskedBatch> validation_;
};

class MaskedLanguageMaterial : public Material {
 public:
  explicit MaskedLanguageMaterial(std::shared_ptr<const data::Corpus> corpus)
      : corpus_(std::move(corpus)) {}

  std::string summary() const override { return corpus_->summary(); }
  std::string fingerprint() const override;
  std::unique_ptr<RecipeTask> make_task(const Recipe& recipe, torch::Device device) const override;
  std::unique_ptr<RecipeTask> load_task(const Recipe& recipe, const std::filesystem::path& folder,
                                        torch::Device device) const override;

  const std::shared_ptr<const data::Corpus>& corpus() const { return corpus_; }

 private:
  std::shared_ptr<const data::Corpus> corpus_;
};

/// Counts the training documents and guesses the masked tokens of the held-out sequences.
GuessAccuracy guess_accuracy(const EvaluationOptions& evaluation,
                             const data::MaskedLanguageSource& source);

}  // namespace roformer::task
