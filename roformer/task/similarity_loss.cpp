#include "roformer/task/similarity_loss.h"

#include <limits>

#include "roformer/base/error.h"
#include "roformer/pipeline/sentence_steps.h"
#include "roformer/pipeline/vector_similarity.h"

namespace roformer::task {
namespace {

using torch::Tensor;

void require_vectors(const Tensor& vectors, std::int64_t least) {
  base::require(vectors.dim() == 3 && vectors.size(1) >= least,
                "[task] expected vectors of {} or more texts an example but got {}", least,
                c10::str(vectors.sizes()));
}

// Cross entropy of rows of scores, each of which has its target's column.
SimilarityLoss cross_entropy(const Tensor& scores, const Tensor& targets) {
  SimilarityLoss loss;
  loss.sum = at::cross_entropy_loss(scores, targets, {}, at::Reduction::Sum);
  loss.targets = scores.size(0);
  const Tensor found = scores.detach();
  if (loss.targets > 0)
    loss.correct = found.gather(1, targets.unsqueeze(1))
                       .squeeze(1)
                       .ge(found.amax(1))
                       .sum()
                       .item<std::int64_t>();
  return loss;
}

}  // namespace

Tensor pair_cosines(const Tensor& vectors) {
  require_vectors(vectors, 2);
  return pipeline::pair_similarities(vectors.select(1, 0), vectors.select(1, 1),
                                     pipeline::SimilarityFunction::cosine);
}

SimilarityLoss in_batch_loss(const Tensor& vectors, double temperature) {
  require_vectors(vectors, 2);
  const Tensor unit = pipeline::scale_to_length_one(vectors);
  // All partners, then all negatives.
  const Tensor candidates = unit.slice(1, 1).transpose(0, 1).flatten(0, 1);
  const Tensor scores = unit.select(1, 0).mm(candidates.t()) / temperature;
  return cross_entropy(scores,
                       torch::arange(vectors.size(0), vectors.options().dtype(torch::kInt64)));
}

SimilarityLoss cosent_loss(const Tensor& cosines, const Tensor& labels, double temperature) {
  const Tensor scores = cosines / temperature;
  const Tensor leads = scores.unsqueeze(0) - scores.unsqueeze(1);  // (i, j): j's before i's
  const Tensor is_above = labels.unsqueeze(1) > labels.unsqueeze(0);
  const Tensor wrong = leads.masked_select(is_above);
  return {torch::logsumexp(torch::cat({wrong, wrong.new_zeros({1})}), 0), 1, 0};
}

SimilarityLoss cosine_loss(const Tensor& cosines, const Tensor& labels) {
  return {at::mse_loss(cosines, labels.to(cosines.options()), at::Reduction::Sum), cosines.size(0),
          0};
}

SimilarityLoss partner_loss(const Tensor& vectors, double temperature) {
  base::require(vectors.dim() == 2 && vectors.size(0) % 2 == 0,
                "[task] expected vectors of texts and partners in turn but got {}",
                c10::str(vectors.sizes()));
  const std::int64_t count = vectors.size(0);
  const Tensor unit = pipeline::scale_to_length_one(vectors);
  const Tensor own = torch::eye(count, vectors.options().dtype(torch::kBool));
  const Tensor scores =
      (unit.mm(unit.t()) / temperature).masked_fill(own, -std::numeric_limits<float>::infinity());
  const Tensor places = torch::arange(count, vectors.options().dtype(torch::kInt64));
  return cross_entropy(scores, places + 1 - places.remainder(2) * 2);
}

}  // namespace roformer::task
