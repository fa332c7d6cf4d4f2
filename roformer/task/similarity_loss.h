// Losses of sentence encoders: functions of a batch's vectors. Cosines are of vectors of any length.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::task {

/// A sum over targets, with its graph, and how many of them are right.
struct SimilarityLoss {
  torch::Tensor sum;  // scalar
  std::int64_t targets = 0;
  std::int64_t correct = 0;
};

/// Each text's own partner among the partners, and the negatives, of the whole batch: cross entropy
/// of cosines / temperature (van den Oord et al. 2018; Henderson et al. 2017), a target a text.
/// `vectors` (B, R, H): R = 2, or 3 with a negative each. A partner that stands in the batch twice is
/// wrong for all but its own text, as in sentence-transformers' MultipleNegativesRankingLoss.
/// The text is right whose partner is the nearest, a tie being right.
SimilarityLoss in_batch_loss(const torch::Tensor& vectors, double temperature);

/// log(1 + Σ exp((cos_j − cos_i) / temperature)) over the pairs i, j of the batch with label i above
/// label j (Su 2022; Huang et al. 2024), one target a batch; 0 where there is no such pair. Cosines
/// and labels (B). It is not counted what is right.
SimilarityLoss cosent_loss(const torch::Tensor& cosines, const torch::Tensor& labels,
                           double temperature);

/// (cosine − label)², a target a pair: cosines and labels (B).
SimilarityLoss cosine_loss(const torch::Tensor& cosines, const torch::Tensor& labels);

/// RoFormer-Sim's: of vectors (2B, H), texts and partners in turn, each is to find the other one of
/// its pair among all others of the batch: cross entropy of cosines / temperature without its own.
SimilarityLoss partner_loss(const torch::Tensor& vectors, double temperature);

/// Cosines (B) of the first and the second vectors of `vectors` (B, R, H).
torch::Tensor pair_cosines(const torch::Tensor& vectors);

}  // namespace roformer::task
