// Translation as a task: the next word of the target from the source and the words before it, with
// smoothed labels (section 4.1 of the paper, fairseq's criterion).
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "roformer/model/encoder_decoder.h"
#include "roformer/parallel/translation_source.h"
#include "roformer/task/recipe_task.h"

namespace roformer::task {

class TranslationTask : public RecipeTask {
 public:
  /// Throws Error if the model has another number of words than the vocabulary.
  TranslationTask(const Recipe& recipe, std::shared_ptr<const parallel::ParallelCorpus> corpus,
                  model::EncoderDecoder model, torch::Device device = torch::kCPU);

  torch::nn::Module& module() override { return *model_; }
  void load_batch(const train::BatchRequest& request) override;
  train::LossSum loss(std::uint64_t dropout_seed) override;
  /// "loss" (smoothed, nats a word piece), "negative_log_likelihood", "perplexity" (of the latter),
  /// "accuracy", and "bleu" (sacreBLEU's 13a, cased unless the recipe's text is not) unless evaluate.bleu_sentences is 0.
  train::Metrics evaluate() override { return figures(data::Split::validation); }
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;
  std::int64_t num_sequences(std::int64_t length) const override;
  train::Metrics figures(data::Split split) override;

  /// Translations of the first `count` pairs of a held-out part (−1: all), with the recipe's beam.
  std::vector<std::string> translate(data::Split split, std::int64_t count);
  /// What they should be.
  std::vector<std::string> references(data::Split split, std::int64_t count) const;

 private:
  struct Scored {
    torch::Tensor loss;
    double negative_log_likelihood;
    std::int64_t correct;
  };
  Scored score(const data::PairBatch& batch, std::uint64_t dropout_seed);
  const parallel::ParallelCorpus& corpus() const { return source_.corpus(); }
  std::int64_t pairs_of(data::Split split, std::int64_t count) const;
  void require_held_out(data::Split split) const;

  parallel::TranslationSource source_;
  model::EncoderDecoder model_{nullptr};
  torch::Device device_;
  EvaluationOptions evaluation_;
  double smoothing_;
  bool lower_case_;
  std::uint64_t seed_;
  data::PairBatch batch_;
};

class TranslationMaterial : public Material {
 public:
  explicit TranslationMaterial(std::shared_ptr<const parallel::ParallelCorpus> corpus)
      : corpus_(std::move(corpus)) {}

  std::string summary() const override { return corpus_->summary(); }
  std::string fingerprint() const override { return corpus_->fingerprint(); }
  std::unique_ptr<RecipeTask> make_task(const Recipe& recipe, torch::Device device) const override;
  std::unique_ptr<RecipeTask> load_task(const Recipe& recipe, const std::filesystem::path& folder,
                                        torch::Device device) const override;

  const parallel::ParallelCorpus& corpus() const { return *corpus_; }

 private:
  std::shared_ptr<const parallel::ParallelCorpus> corpus_;
};

}  // namespace roformer::task
