// Pickles written by hand, an operation at a time (Python's pickletools explains them).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/format/byte_cursor.h"

namespace roformer::format {

inline std::string short_text(const std::string& text) {
  return std::string("\x8c") + static_cast<char>(text.size()) + text;
}

inline std::string number(std::int64_t value) {
  std::string bytes = "\x8a\x08";
  append_number(bytes, static_cast<std::uint64_t>(value), 8);
  return bytes;
}

inline std::string tuple(const std::vector<std::int64_t>& values) {
  std::string bytes = "(";
  for (const std::int64_t value : values) bytes += number(value);
  return bytes + "t";
}

struct TensorText {
  std::int64_t storage_size = 6;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape{2, 3};
  std::vector<std::int64_t> strides{3, 1};
  std::string type = "FloatStorage";
};

// A pickle of {"x": tensor}.
inline std::string pickle_of(const TensorText& tensor) {
  return std::string("\x80\x02}") + short_text("x") + "ctorch._utils\n_rebuild_tensor_v2\n((" +
         short_text("storage") + "ctorch\n" + tensor.type + "\n" + short_text("0") +
         short_text("cpu") + number(tensor.storage_size) + "tQ" + number(tensor.offset) +
         tuple(tensor.shape) + tuple(tensor.strides) + "\x89}tRs.";
}

}  // namespace roformer::format
