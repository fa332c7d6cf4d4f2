// Between a file's element types and PyTorch's: tensors over bytes of a mapped file, and as bytes
// to write.
#pragma once
#include <torch/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// LibTorch's name of an element type.
at::ScalarType scalar_type(Dtype dtype);
/// None for types that we do not store.
std::optional<Dtype> find_dtype(at::ScalarType type);

/// The tensor whose first element lies at byte `begin` of the file: a view that keeps the mapping
/// alive, or a copy for bool and where the file does not align the elements. `strides` (in
/// elements) may be empty: rows one behind the other. The caller has checked that all of it lies
/// within the file.
torch::Tensor tensor_over(const std::shared_ptr<base::MappedFile>& file, std::size_t begin,
                          Dtype dtype, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides = {});

/// A tensor to write, in any format. It is made when its turn comes, so that a conversion needs no
/// more memory than its largest tensor.
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
