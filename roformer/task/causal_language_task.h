// The causal language model as a task: every token of a text is predicted from those before it
// (section 4.4 of the paper).
#pragma once
#include <memory>
#include <vector>

#include "roformer/data/causal_language_source.h"
#include "roformer/head/language_model.h"
#include "roformer/task/language_task.h"
#include "roformer/task/model_task.h"

namespace roformer::task {

class CausalLanguageTask final : public HeadTask<head::LanguageModel, data::CausalBatch>,
                                 public LanguageTask {
 public:
  using Text = data::TokenStream;

  CausalLanguageTask(const Recipe& recipe, std::shared_ptr<const data::TokenStream> stream,
                     head::LanguageModel model, torch::Device device = torch::kCPU);

  /// Throws Error where the text has too little to learn from or to evaluate on.
  static head::LanguageModel draw(const Recipe& recipe, const data::TokenStream& stream);
  /// Throws Error for a model of bytes where the text is one of words, and the other way round.
  static head::LanguageModel load(const Recipe& recipe, const data::TokenStream& stream,
                                  const std::filesystem::path& folder);

  /// "loss" (nats a token), "accuracy", and "bits_per_character" (loss / ln 2; a character is a
  /// byte) of byte models or "perplexity" of others.
  train::Metrics figures(const train::Evaluated& evaluated) override;

  head::LanguageModel language_model() const override { return model(); }
  LabelledTokens labelled(const train::MicroBatch& batch) const override;

 private:
  data::CausalBatch training_batch(const data::BatchRequest& request) const override {
    return source_.batch(request);
  }
  std::vector<data::CausalBatch> held_out_batches(data::Split split) const override;
  train::LossSum loss_of(const data::CausalBatch& batch,
                         const model::ForwardOptions& options) override;
  const text::Tokenizer& tokenizer() const override { return source_.stream().tokenizer(); }
  std::int64_t num_sequences(std::int64_t length) const override {
    return source_.num_sequences(length);
  }

  data::CausalLanguageSource source_;
};

}  // namespace roformer::task
