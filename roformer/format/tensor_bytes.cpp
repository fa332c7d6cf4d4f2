#include "roformer/format/tensor_bytes.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace roformer::format {
namespace {

constexpr std::pair<Dtype, at::ScalarType> kScalarTypes[] = {
    {Dtype::boolean, at::kBool}, {Dtype::u8, at::kByte},       {Dtype::i8, at::kChar},
    {Dtype::i16, at::kShort},    {Dtype::i32, at::kInt},       {Dtype::i64, at::kLong},
    {Dtype::f16, at::kHalf},     {Dtype::bf16, at::kBFloat16}, {Dtype::f32, at::kFloat},
    {Dtype::f64, at::kDouble}};

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
  return std::find_if(std::begin(kScalarTypes), std::end(kScalarTypes),
                      [&](const auto& t) { return t.first == dtype; })
      ->second;
}

std::optional<Dtype> find_dtype(at::ScalarType type) {
  const auto found = std::find_if(std::begin(kScalarTypes), std::end(kScalarTypes),
                                  [&](const auto& t) { return t.second == type; });
  if (found == std::end(kScalarTypes)) return std::nullopt;
  return found->first;
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

}  // namespace roformer::format
