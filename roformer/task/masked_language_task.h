// The masked language model as a task: 15 % of the tokens of packed text are hidden and predicted
// (Devlin et al. 2019).
#pragma once
#include <memory>
#include <vector>

#include "roformer/data/masked_language_source.h"
#include "roformer/head/language_model.h"
#include "roformer/head/pretraining.h"
#include "roformer/task/language_task.h"
#include "roformer/task/model_task.h"

namespace roformer::task {

/// What counting alone achieves on the same masked positions (metric/neighbour_guess.h): shares of
/// right guesses.
struct GuessAccuracy {
  double most_frequent = 0;
  double neighbours = 0;
};

class MaskedLanguageTask final : public HeadTask<head::LanguageModel, data::MaskedBatch>,
                                 public LanguageTask {
 public:
  using Text = data::Corpus;

  /// Trains or evaluates `model` on the recipe's data. Throws Error if nothing is held out.
  MaskedLanguageTask(const Recipe& recipe, std::shared_ptr<const data::Corpus> corpus,
                     head::LanguageModel model, torch::Device device = torch::kCPU);

  /// With BERT's second head where data.next_sentence asks for it.
  static head::LanguageModel draw(const Recipe& recipe, const data::Corpus& corpus);
  static head::LanguageModel load(const Recipe& recipe, const data::Corpus& corpus,
                                  const std::filesystem::path& folder);

  /// "loss" (nats a masked token), "accuracy". With data.next_sentence the loss is the sum of both
  /// tasks', and "masked_loss", "next_sentence_loss" and "next_sentence_accuracy" stand beside it.
  train::Metrics figures(const train::Evaluated& evaluated) override;
  /// "perplexity", and what counting alone achieves.
  void add_figures(data::Split split, train::Metrics& figures) const override;

  head::LanguageModel language_model() const override { return model(); }
  LabelledTokens labelled(const train::MicroBatch& batch) const override;

 private:
  data::MaskedBatch training_batch(const data::BatchRequest& request) const override {
    return source_.batch(request);
  }
  std::vector<data::MaskedBatch> held_out_batches(data::Split split) const override;
  train::LossSum loss_of(const data::MaskedBatch& batch,
                         const model::ForwardOptions& options) override;
  train::LossSum loss_of_both(const data::MaskedBatch& batch, const model::ForwardOptions& options);
  const text::Tokenizer& tokenizer() const override { return source_.tokenizer(); }
  std::int64_t num_sequences(std::int64_t length) const override {
    return source_.num_sequences(length);
  }

  data::MaskedLanguageSource source_;
  std::shared_ptr<head::PretrainingImpl> pairs_;  // the model, where it is asked about pairs
  std::vector<data::MaskedBatch> validation_;     // masked once: every evaluation reads the same
};

/// Counts the training documents and guesses the masked tokens of a held-out part's sequences.
GuessAccuracy guess_accuracy(const EvaluationOptions& evaluation,
                             const data::MaskedLanguageSource& source,
                             data::Split split = data::Split::validation);

}  // namespace roformer::task
