// Vectors of texts that are near where texts are alike, learned from pairs, triplets and single
// texts: a folder of sentence-transformers (Reimers and Gurevych 2019; Gao et al. 2021; Su 2022).
#pragma once
#include <memory>
#include <string>

#include "roformer/labelled/embedding_corpus.h"
#include "roformer/task/example_task.h"
#include "roformer/task/sentence_encoder.h"
#include "roformer/task/similarity_loss.h"

namespace roformer::task {

class EmbeddingTask final : public ExampleTask<std::shared_ptr<torch::nn::Module>> {
 public:
  using Text = labelled::EmbeddingCorpus;

  /// Throws Error as ExampleTask does, if the model has fewer words than the vocabulary, and for
  /// batches of one example where the loss compares the examples of a batch.
  EmbeddingTask(const Recipe& recipe, std::shared_ptr<const labelled::EmbeddingCorpus> corpus,
                std::shared_ptr<SentenceEncoder> encoder, torch::Device device = torch::kCPU);

  static std::shared_ptr<SentenceEncoder> draw(const Recipe& recipe,
                                               const labelled::EmbeddingCorpus& corpus) {
    return SentenceEncoder::draw(recipe, corpus.tokenizer());
  }
  static std::shared_ptr<SentenceEncoder> load(const Recipe& recipe,
                                               const labelled::EmbeddingCorpus& /*corpus*/,
                                               const std::filesystem::path& folder) {
    return SentenceEncoder::load(recipe, folder);
  }

  void begin_update(std::int64_t update, std::uint64_t seed) override {
    encoder_->encoder()->begin_update(update, seed);
  }
  bool counts_correct() const override { return !options_.learns_labels(); }
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override { encoder_->restore(folder); }

  /// Of pairs with labels "spearman" and "pearson" of cosines and labels, before them "loss" where
  /// the loss looks at labels; else "loss", and of pairs and triplets "retrieval_accuracy", the share
  /// of texts whose partner is the nearest of the whole part's partners and negatives, a tie being
  /// wrong. Losses are those of the part's batches: a batch's own texts are its negatives.
  train::Metrics figures(const train::Evaluated& evaluated) override;
  /// Spearman's correlation, retrieval_accuracy, or of single texts the loss.
  train::DecidingFigure deciding_figure() const override;

 private:
  train::LossSum loss_of(const labelled::ExampleBatch& batch,
                         const model::ForwardOptions& options) override;
  /// Vectors (B, R, width) of a batch's examples.
  torch::Tensor vectors_of(const labelled::ExampleBatch& batch,
                           const model::ForwardOptions& options);
  SimilarityLoss loss_of_vectors(const labelled::ExampleBatch& batch, const torch::Tensor& vectors);
  /// RoFormer-Sim's, and the vectors of the batch's texts.
  SimilarityLoss joint_loss_of(const labelled::ExampleBatch& batch,
                               const model::ForwardOptions& options, torch::Tensor& vectors);
  torch::Tensor labels_of(const labelled::ExampleBatch& batch) const;
  bool has_loss(data::Split split) const;

  std::shared_ptr<const labelled::EmbeddingCorpus> corpus_;
  std::shared_ptr<SentenceEncoder> encoder_;
  labelled::EmbeddingOptions options_;
};

}  // namespace roformer::task
