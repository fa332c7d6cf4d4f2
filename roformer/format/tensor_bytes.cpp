#include "roformer/format/tensor_bytes.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

// In the order of Dtype.
constexpr at::ScalarType kScalarTypes[] = {at::kBool,
                                           at::kByte,
                                           at::kChar,
                                           at::kShort,
                                           at::kInt,
                                           at::kLong,
                                           at::kHalf,
                                           at::kBFloat16,
                                           at::kFloat,
                                           at::kDouble,
                                           at::kUInt16,
                                           at::kUInt32,
                                           at::kUInt64,
                                           at::kComplexFloat,
                                           at::kFloat8_e4m3fn,
                                           at::kFloat8_e5m2,
                                           at::kFloat8_e8m0fnu,
                                           at::kComplexHalf,
                                           at::kComplexDouble,
                                           at::kFloat8_e4m3fnuz,
                                           at::kFloat8_e5m2fnuz,
                                           at::ScalarType::Float4_e2m1fn_x2};
static_assert(std::size(kScalarTypes) == kDtypeCount);

// From the first to the last element of a tensor that is not empty.
std::size_t reach(const std::vector<std::int64_t>& shape,
                  const std::vector<std::int64_t>& strides) {
  std::int64_t last = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) last += (shape[i] - 1) * strides[i];
  return static_cast<std::size_t>(last) + 1;
}

std::vector<std::int64_t> row_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

}  // namespace

at::ScalarType scalar_type(Dtype dtype) {
  return kScalarTypes[static_cast<std::size_t>(dtype)];
}

std::optional<Dtype> find_dtype(at::ScalarType type) {
  const auto* const found = std::find(std::begin(kScalarTypes), std::end(kScalarTypes), type);
  const auto dtype = static_cast<Dtype>(found - std::begin(kScalarTypes));
  if (found == std::end(kScalarTypes) || !is_computed(dtype)) return std::nullopt;
  return dtype;
}

torch::Tensor tensor_over(const std::shared_ptr<base::MappedFile>& file, std::size_t begin,
                          Dtype dtype, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
  // Bytes other than 0 and 1 are no bool to a compiler: those tensors are read as numbers.
  const bool is_boolean = dtype == Dtype::boolean;
  const auto options = torch::TensorOptions().dtype(is_boolean ? at::kByte : scalar_type(dtype));
  if (std::find(shape.begin(), shape.end(), 0) != shape.end())
    return torch::empty(shape, options.dtype(scalar_type(dtype)));

  const std::vector<std::int64_t> steps = strides.empty() ? row_strides(shape) : strides;
  const char* data = file->data() + begin;
  torch::Tensor view;
  if (reinterpret_cast<std::uintptr_t>(data) % dtype_size(dtype) == 0) {
    view = torch::from_blob(
        const_cast<char*>(data), shape, steps, [keep = file](void*) {}, options);
  } else {
    const std::size_t elements = reach(shape, steps);
    const torch::Tensor copy = torch::empty({static_cast<std::int64_t>(elements)}, options);
    std::memcpy(copy.data_ptr(), data, elements * dtype_size(dtype));
    view = copy.as_strided(shape, steps);
  }
  return is_boolean ? view.ne(0) : view;
}

torch::Tensor materialize(const OutputTensor& tensor) {
  torch::Tensor made = tensor.make().detach().to(at::kCPU).contiguous();
  base::require(made.scalar_type() == scalar_type(tensor.dtype) && made.sizes() == tensor.shape,
                "[format] tensor '{}': expected {} of shape {} but got {} of shape {}",
                printable(tensor.name), dtype_name(tensor.dtype), format_shape(tensor.shape),
                c10::toString(made.scalar_type()), format_shape(made.sizes().vec()));
  return made;
}

void append_elements(const base::Append& append, const torch::Tensor& tensor) {
  if (tensor.nbytes() > 0) append(tensor.const_data_ptr(), tensor.nbytes());
}

}  // namespace roformer::format
