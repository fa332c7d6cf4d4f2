#include "roformer/format/tensor_format.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"

// One line a format; the file of that name defines the description.
#define ROFORMER_TENSOR_FORMATS(FORMAT) \
  FORMAT(safetensors)                   \
  FORMAT(pytorch)                       \
  FORMAT(pytorch_legacy)                \
  FORMAT(tensorflow)

namespace roformer::format {

#define ROFORMER_DECLARE(name) const TensorFormat& name##_format();
ROFORMER_TENSOR_FORMATS(ROFORMER_DECLARE)

std::span<const TensorFormat* const> tensor_formats() {
#define ROFORMER_ADDRESS(name) &name##_format(),
  static const TensorFormat* const formats[] = {ROFORMER_TENSOR_FORMATS(ROFORMER_ADDRESS)};
  return formats;
}

const TensorFormat& find_tensor_format(std::string_view name) {
  std::vector<std::string_view> names;
  for (const TensorFormat* format : tensor_formats()) {
    if (format->name == name) return *format;
    names.emplace_back(format->name);
  }
  std::sort(names.begin(), names.end());
  base::fail("[format] expected a format of {} but got '{}'", fmt::join(names, ", "), name);
}

}  // namespace roformer::format
