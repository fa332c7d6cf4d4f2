// How alike two vectors are, by sentence-transformers' functions and with their signs: more is more
// alike.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

namespace roformer::pipeline {

enum class SimilarityFunction {
  cosine,     // the product of the vectors scaled to length 1; of a vector of zeros 0
  dot,        // the product
  euclidean,  // the negative length of the difference
  manhattan,  // the negative sum of its absolute numbers
};

/// The functions' names, as in config_sentence_transformers.json, in their order.
const std::vector<std::string>& similarity_names();
/// The function of such a name, cosine of an empty one; Error for another.
SimilarityFunction similarity_of(const std::string& name);

/// Vectors (N, width) as `similarities` takes them: scaled to length 1 where only directions count.
torch::Tensor prepared_vectors(const torch::Tensor& vectors, SimilarityFunction function);

/// (N, M) of prepared vectors (N, width) and (M, width), each with each.
torch::Tensor similarities(const torch::Tensor& first, const torch::Tensor& second,
                           SimilarityFunction function);

/// (N) of vectors (N, width) and (N, width), row by row. Throws Error for other shapes.
torch::Tensor pair_similarities(const torch::Tensor& first, const torch::Tensor& second,
                                SimilarityFunction function);

}  // namespace roformer::pipeline
