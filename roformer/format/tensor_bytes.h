// Between a file's element types and PyTorch's, and tensors over bytes of a mapped file.
#pragma once
#include <torch/types.h>

#include <memory>
#include <optional>
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

}  // namespace roformer::format
