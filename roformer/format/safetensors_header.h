// The header of a safetensors file, without tensors: 8 bytes little-endian length, JSON, then the
// data. Format: https://huggingface.co/docs/safetensors. Every offset is checked here, so that
// readers may trust them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::format {

/// Element types. Those behind f64 are listed and never computed with: no model that we know has
/// them.
enum class Dtype {
  boolean,
  u8,
  i8,
  i16,
  i32,
  i64,
  f16,
  bf16,
  f32,
  f64,
  u16,
  u32,
  u64,
  c64,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  // Of PyTorch's files alone; safetensors has no words for these.
  c32,
  c128,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f4_e2m1_x2  // two to a byte
};
constexpr int kDtypeCount = 22;  // so many there are
/// Whether a model's weights may be of this type.
constexpr bool is_computed(Dtype dtype) {
  return dtype <= Dtype::f64;
}

/// Bytes of one element.
std::size_t dtype_size(Dtype dtype);
/// Whether safetensors has the type.
constexpr bool is_in_safetensors(Dtype dtype) {
  return dtype <= Dtype::f8_e8m0;
}
/// The format's word for it: "BOOL", "U8", …, "F64"; for those that it has not, one of that kind.
std::string_view dtype_name(Dtype dtype);

/// The header's "__metadata__": free text by key.
using Metadata = std::map<std::string, std::string>;

/// One tensor of the file; `begin` and `end` are bytes from the start of the data.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  // in the order of their data
  Metadata metadata;
  std::size_t data_begin = 0;  // bytes from the start of the file
};

/// Reads the header of a whole file's `bytes`; `name` is the file's, for messages. Throws Error
/// naming file and tensor unless the header lies within the file, each entry's bytes are its shape
/// times its type, and the entries cover the data without overlap or hole, as the safetensors
/// library demands.
SafetensorsHeader parse_safetensors_header(std::string_view bytes, std::string_view name);

/// The first bytes of a file with these tensors (length and JSON, padded with spaces so that the
/// data starts at a multiple of 8). The entries' offsets must be set, ascending and without holes.
std::string format_safetensors_header(const std::vector<TensorEntry>& tensors,
                                      const Metadata& metadata);

/// Elements of a shape times `dtype_size`. Throws Error for a negative size or an overflow; `where`
/// goes into the message.
std::size_t byte_size(const std::vector<std::int64_t>& shape, Dtype dtype, std::string_view where);

/// "(2, 3)", "()".
std::string format_shape(const std::vector<std::int64_t>& shape);

}  // namespace roformer::format
