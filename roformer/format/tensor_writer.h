// Tensors that writers of every format take. They are made one at a time, so that a conversion needs
// no more memory than its largest tensor.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// A tensor to write.
struct OutputTensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::function<torch::Tensor()> make;  // of that type and shape, of any device and layout
};

/// Called with the bytes written since the last call.
using OnBytes = std::function<void(std::size_t)>;

/// The tensor's elements in order, on the CPU. Throws Error unless they are of its type and shape.
torch::Tensor materialize(const OutputTensor& tensor);

/// Appends the elements of what materialize made.
void append_elements(const base::Append& append, const torch::Tensor& tensor);

}  // namespace roformer::format
