#include "roformer/pipeline/vector_similarity.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"
#include "roformer/pipeline/sentence_steps.h"

namespace roformer::pipeline {

using torch::Tensor;

const std::vector<std::string>& similarity_names() {
  static const std::vector<std::string> names = {"cosine", "dot", "euclidean", "manhattan"};
  return names;
}

SimilarityFunction similarity_of(const std::string& name) {
  if (name.empty()) return SimilarityFunction::cosine;
  const auto& names = similarity_names();
  const auto found = std::find(names.begin(), names.end(), name);
  base::require(found != names.end(),
                "[pipeline] expected a similarity (similarity_fn_name) of {} but got '{}'{}",
                fmt::join(names, ", "), name, base::did_you_mean(name, names));
  return static_cast<SimilarityFunction>(found - names.begin());
}

Tensor prepared_vectors(const Tensor& vectors, SimilarityFunction function) {
  return function == SimilarityFunction::cosine ? scale_to_length_one(vectors) : vectors;
}

Tensor similarities(const Tensor& first, const Tensor& second, SimilarityFunction function) {
  constexpr std::int64_t exactly = 2;  // differences themselves, not by way of a matrix product
  switch (function) {
    case SimilarityFunction::euclidean:
      return -torch::cdist(first, second, 2, exactly);
    case SimilarityFunction::manhattan:
      return -torch::cdist(first, second, 1);
    default:
      return torch::mm(first, second.t());
  }
}

Tensor pair_similarities(const Tensor& first, const Tensor& second, SimilarityFunction function) {
  base::require(first.dim() == 2 && first.sizes() == second.sizes(),
                "[pipeline] expected two matrices of one shape but got {} and {}",
                fmt::join(first.sizes(), " × "), fmt::join(second.sizes(), " × "));
  switch (function) {
    case SimilarityFunction::euclidean:
      return -torch::linalg_vector_norm(first - second, 2, at::IntArrayRef{1});
    case SimilarityFunction::manhattan:
      return -(first - second).abs().sum(1);
    default:
      return (prepared_vectors(first, function) * prepared_vectors(second, function)).sum(1);
  }
}

}  // namespace roformer::pipeline
