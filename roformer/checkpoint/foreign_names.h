// The names that weights have in files, and Hugging Face's names for them, both ways: TensorFlow's
// (Google's BERT, bert4keras; slashes, kernels, gamma and beta), old PyTorch's gamma and beta, and
// what wrappers put in front ("module." of DataParallel).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace roformer::checkpoint {

struct ForeignName {
  std::string name;
  bool transposed = false;  // the matrix lies the other way: TensorFlow's kernels are (in, out)
};

/// Hugging Face's name of a TensorFlow variable with so many dimensions; none for what is no
/// weight (Adam's moments, the step).
std::optional<ForeignName> from_tensorflow(std::string_view name, std::size_t dimensions);

/// TensorFlow's name of a weight with so many dimensions; from_tensorflow turns it back.
ForeignName to_tensorflow(std::string_view name, std::size_t dimensions);

/// Hugging Face's name of a tensor in a PyTorch or safetensors file: without "module.", weight and
/// bias for gamma and beta of a LayerNorm.
std::string from_pytorch(std::string_view name);

/// The spelling before 2019: gamma and beta for weight and bias of a LayerNorm.
std::string to_gamma_beta(std::string_view name);

/// `name` with `prefix` ("roformer.", "bert." or "") in front of the encoder's own name; unchanged
/// if it is none of the encoder's.
std::string with_prefix(std::string_view name, std::string_view prefix);

}  // namespace roformer::checkpoint
