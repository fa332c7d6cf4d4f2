// What is done with a whole tensor of a file.
#pragma once
#include <torch/types.h>

#include <string>

#include "roformer/format/tensor_source.h"

namespace roformer::format {

/// Copies the file's tensor `name` into `target` of the same shape and any type.
void copy_tensor(const torch::Tensor& target, const TensorSource& file, const std::string& name);

/// Whether all its numbers are finite; those of whole numbers are.
bool is_finite(const TensorSource& file, const std::string& name);

}  // namespace roformer::format
