// The masked language model as a task: 15 % of the tokens of packed text are hidden and predicted
// (Devlin et al. 2019).
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "roformer/data/masked_language_source.h"
#include "roformer/model/language_models.h"
#include "roformer/task/recipe.h"
#include "roformer/train/task.h"

namespace roformer::task {

/// What counting alone achieves on the same masked positions (metric/neighbour_guess.h): shares of
/// right guesses.
struct GuessAccuracy {
  double most_frequent = 0;
  double neighbours = 0;
};

class MaskedLanguageTask : public train::Task {
 public:
  /// Trains or evaluates `model` on the recipe's data. Throws Error if the model has fewer words
  /// than the vocabulary.
  MaskedLanguageTask(const Recipe& recipe, std::shared_ptr<const data::Corpus> corpus,
                     model::MaskedLanguageModel model, torch::Device device = torch::kCPU);

  torch::nn::Module& module() override { return *model_; }
  void load_batch(const train::BatchRequest& request) override;
  train::LossSum loss(std::uint64_t dropout_seed) override;
  /// "loss" (nats a masked token), "accuracy".
  train::Metrics evaluate() override;
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;

  model::MaskedLanguageModel model() const { return model_; }
  const data::MaskedLanguageSource& source() const { return source_; }

 private:
  struct Scored {
    torch::Tensor loss;  // scalar, summed
    std::int64_t correct;
  };
  Scored score(const data::MaskedBatch& masked, std::uint64_t dropout_seed);

  data::MaskedLanguageSource source_;
  model::MaskedLanguageModel model_{nullptr};
  torch::Device device_;
  data::MaskedBatch batch_;
  std::vector<data::MaskedBatch> validation_;
};

/// The recipe's model with the vocabulary's size filled in, its weights drawn from the recipe's
/// seed. Throws Error if model.vocab_size or the table of learned positions is too small.
model::MaskedLanguageModel fresh_model(const Recipe& recipe, const text::Tokenizer& tokenizer);

/// Counts the training documents and guesses the masked tokens of the recipe's held-out sequences.
GuessAccuracy guess_accuracy(const Recipe& recipe, const data::MaskedLanguageSource& source);

}  // namespace roformer::task
