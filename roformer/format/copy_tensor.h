// A tensor of a file into one of ours.
#pragma once
#include <torch/types.h>

#include <string>

#include "roformer/format/tensor_source.h"

namespace roformer::format {

/// Copies the file's tensor `name` into `target` of the same shape and any type, in pieces of rows:
/// the file never has more than one piece in memory.
void copy_tensor(const torch::Tensor& target, const TensorSource& file, const std::string& name);

}  // namespace roformer::format
