// Translation as a task: the next word of the target from the source and the words before it, with
// smoothed labels (section 4.1 of the paper, fairseq's criterion).
#pragma once
#include <memory>
#include <vector>

#include "roformer/generate/beam_options.h"
#include "roformer/model/encoder_decoder.h"
#include "roformer/parallel/translation_source.h"
#include "roformer/task/model_task.h"

namespace roformer::task {

/// What recipes of translation have of their own.
struct TranslationOptions {
  double label_smoothing = 0.1;     // fairseq's ε, section 4.1.2 of the paper
  std::int64_t decoder_layers = 0;  // 0: as many as the encoder has
  parallel::ParallelOptions parallel;
  // BLEU of the first so many validation pairs, all of a test: 0: none, −1: all.
  std::int64_t bleu_sentences = 500;
  generate::BeamOptions beam = {.length_penalty = 0.6};  // section 4.1.2 of the paper
};

class TranslationTask final : public ModelTask<model::EncoderDecoder, data::PairBatch> {
 public:
  using Text = parallel::ParallelCorpus;

  /// Throws Error if the model has another number of words than the vocabulary.
  TranslationTask(const Recipe& recipe, std::shared_ptr<const parallel::ParallelCorpus> corpus,
                  model::EncoderDecoder model, torch::Device device = torch::kCPU);

  /// Throws Error where there is nothing to learn from, or the model has no room for the text.
  static model::EncoderDecoder draw(const Recipe& recipe, const parallel::ParallelCorpus& corpus);
  static model::EncoderDecoder load(const Recipe& recipe, const parallel::ParallelCorpus& corpus,
                                    const std::filesystem::path& folder);

  void begin_update(std::int64_t update, std::uint64_t seed) override {
    model()->begin_update(update, seed);
  }
  /// "loss" (smoothed, nats a word piece), "negative_log_likelihood", "perplexity" (of the latter),
  /// "accuracy", and "bleu" (sacreBLEU's 13a, cased unless the recipe's text is not) unless
  /// evaluate.bleu_sentences is 0.
  train::Metrics figures(const train::Evaluated& evaluated) override;
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;
  std::string epoch() const override;
  double batches_in_epoch(const data::Stage& stage) const override {
    return static_cast<double>(source_.batches_per_epoch(stage));
  }

 private:
  data::PairBatch training_batch(const data::BatchRequest& request) const override {
    return source_.batch(request);
  }
  std::vector<data::PairBatch> held_out_batches(data::Split split) const override;
  train::LossSum loss_of(const data::PairBatch& batch,
                         const model::ForwardOptions& options) override;
  const parallel::ParallelCorpus& corpus() const { return source_.corpus(); }
  double bleu(data::Split split);

  parallel::TranslationSource source_;
  TranslationOptions options_;
};

}  // namespace roformer::task
