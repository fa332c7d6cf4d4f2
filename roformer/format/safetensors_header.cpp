#include "roformer/format/safetensors_header.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/json_text.h"
#include "roformer/format/byte_cursor.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxHeaderBytes = 100'000'000;  // the safetensors library's limit
constexpr int kMaxHeaderDepth = 3;                    // {"name": {"shape": [
constexpr std::string_view kMetadataKey = "__metadata__";

struct DtypeFacts {
  Dtype dtype;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<DtypeFacts, kDtypeCount> kDtypes{{{Dtype::boolean, "BOOL", 1},
                                                       {Dtype::u8, "U8", 1},
                                                       {Dtype::i8, "I8", 1},
                                                       {Dtype::i16, "I16", 2},
                                                       {Dtype::i32, "I32", 4},
                                                       {Dtype::i64, "I64", 8},
                                                       {Dtype::f16, "F16", 2},
                                                       {Dtype::bf16, "BF16", 2},
                                                       {Dtype::f32, "F32", 4},
                                                       {Dtype::f64, "F64", 8},
                                                       {Dtype::u16, "U16", 2},
                                                       {Dtype::u32, "U32", 4},
                                                       {Dtype::u64, "U64", 8},
                                                       {Dtype::c64, "C64", 8},
                                                       {Dtype::f8_e4m3, "F8_E4M3", 1},
                                                       {Dtype::f8_e5m2, "F8_E5M2", 1},
                                                       {Dtype::f8_e8m0, "F8_E8M0", 1},
                                                       {Dtype::c32, "C32", 4},
                                                       {Dtype::c128, "C128", 16},
                                                       {Dtype::f8_e4m3fnuz, "F8_E4M3FNUZ", 1},
                                                       {Dtype::f8_e5m2fnuz, "F8_E5M2FNUZ", 1},
                                                       {Dtype::f4_e2m1_x2, "F4_E2M1_X2", 1}}};

const DtypeFacts& facts(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)];
}

// Where an error lies: "model.safetensors: tensor 'x'".
std::string place(std::string_view file, std::string_view tensor) {
  return fmt::format("{}: tensor '{}'", file, tensor);
}

std::size_t read_header_length(std::string_view bytes, std::string_view file) {
  base::require(bytes.size() >= kLengthBytes, "[format] {}: expected at least 8 bytes but got {}",
                file, bytes.size());
  const std::uint64_t length = ByteCursor(bytes, file).number(kLengthBytes);
  base::require(length <= kMaxHeaderBytes,
                "[format] {}: expected a file of weights (safetensors, whose header has at most {} "
                "bytes) but "
                "got one that begins otherwise (as a header: {} bytes)",
                file, kMaxHeaderBytes, length);
  base::require(
      length <= bytes.size() - kLengthBytes,
      "[format] {}: expected a header of {} bytes but the file ends after {} (truncated?)", file,
      length, bytes.size() - kLengthBytes);
  return static_cast<std::size_t>(length);
}

const json& member(const json& entry, const char* key, std::string_view where) {
  const auto found = entry.find(key);
  base::require(found != entry.end(), "[format] {}: expected the key '{}' but it is missing", where,
                key);
  return *found;
}

Dtype read_dtype(const json& entry, std::string_view where) {
  const json& value = member(entry, "dtype", where);
  base::require(value.is_string(), "[format] {}: expected dtype to be a string but got {}", where,
                value.type_name());
  const auto& name = value.get_ref<const std::string&>();
  const auto found = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const auto& f) {
    return f.name == name && is_in_safetensors(f.dtype);
  });
  base::require(
      found != kDtypes.end(),
      "[format] {}: expected dtype BOOL, U8 to U64, I8 to I64, F8_E4M3, F8_E5M2, F8_E8M0, "
      "F16, BF16, F32, F64 or C64 but got '{}'",
      where, name);
  return found->dtype;
}

std::vector<std::int64_t> read_naturals(const json& entry, const char* key,
                                        std::string_view where) {
  const json& value = member(entry, key, where);
  base::require(value.is_array(), "[format] {}: expected {} to be an array but got {}", where, key,
                value.type_name());
  std::vector<std::int64_t> numbers;
  for (const json& element : value) {
    base::require(
        element.is_number_unsigned() &&
            element.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()},
        "[format] {}: expected whole numbers from 0 to 2^63 - 1 in {} but got {}", where, key,
        element.dump(-1, ' ', true, json::error_handler_t::replace));
    numbers.push_back(element.get<std::int64_t>());
  }
  return numbers;
}

TensorEntry read_entry(const std::string& name, const json& value, std::string_view file,
                       std::size_t data_size) {
  const std::string where = place(file, name);
  base::require(value.is_object(), "[format] {}: expected an object but got {}", where,
                value.type_name());
  for (const auto& item : value.items()) {
    base::require(item.key() == "dtype" || item.key() == "shape" || item.key() == "data_offsets",
                  "[format] {}: expected the keys dtype, shape and data_offsets but got '{}'",
                  where, item.key());
  }
  TensorEntry entry;
  entry.name = name;
  entry.dtype = read_dtype(value, where);
  entry.shape = read_naturals(value, "shape", where);
  const auto offsets = read_naturals(value, "data_offsets", where);
  base::require(offsets.size() == 2 && offsets[0] <= offsets[1],
                "[format] {}: expected data_offsets [begin, end] with begin <= end but got {}",
                where, format_shape(offsets));
  entry.begin = static_cast<std::size_t>(offsets[0]);
  entry.end = static_cast<std::size_t>(offsets[1]);
  base::require(entry.end <= data_size,
                "[format] {}: expected data within {} bytes but it ends at {} (truncated?)", where,
                data_size, entry.end);
  const std::size_t expected = byte_size(entry.shape, entry.dtype, where);
  base::require(entry.end - entry.begin == expected,
                "[format] {}: expected {} bytes for shape {} of {} but got {}", where, expected,
                format_shape(entry.shape), dtype_name(entry.dtype), entry.end - entry.begin);
  return entry;
}

Metadata read_metadata(const json& value, std::string_view file) {
  base::require(value.is_object(), "[format] {}: expected {} to be an object but got {}", file,
                kMetadataKey, value.type_name());
  Metadata metadata;
  for (const auto& item : value.items()) {
    base::require(item.value().is_string(),
                  "[format] {}: expected {} '{}' to be a string but got {}", file, kMetadataKey,
                  item.key(), item.value().type_name());
    metadata[item.key()] = item.value().get<std::string>();
  }
  return metadata;
}

// Sorted by offset, the entries must touch each other and end where the file ends.
void require_full_cover(const std::vector<TensorEntry>& tensors, std::size_t data_size,
                        std::string_view file) {
  std::size_t reached = 0;
  for (const TensorEntry& entry : tensors) {
    base::require(
        entry.begin == reached, "[format] {}: expected data to begin at byte {} but got {} ({})",
        place(file, entry.name), reached, entry.begin, entry.begin < reached ? "overlap" : "hole");
    reached = entry.end;
  }
  base::require(reached == data_size, "[format] {}: expected {} bytes of data but got {}", file,
                reached, data_size);
}

}  // namespace

std::size_t dtype_size(Dtype dtype) {
  return facts(dtype).size;
}

std::string_view dtype_name(Dtype dtype) {
  return facts(dtype).name;
}

std::string format_shape(const std::vector<std::int64_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

std::size_t byte_size(const std::vector<std::int64_t>& shape, Dtype dtype, std::string_view where) {
  // Sizes that are not 0 must not overflow either: a library might multiply them in another order.
  std::int64_t bytes = static_cast<std::int64_t>(dtype_size(dtype));
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size == 0) {
      empty = true;
      continue;
    }
    base::require(size > 0 && !__builtin_mul_overflow(bytes, size, &bytes),
                  "[format] {}: expected fewer than 2^63 bytes but got shape {}", where,
                  format_shape(shape));
  }
  return empty ? 0 : static_cast<std::size_t>(bytes);
}

SafetensorsHeader parse_safetensors_header(std::string_view bytes, std::string_view name) {
  const std::size_t length = read_header_length(bytes, name);
  const std::string_view text = bytes.substr(kLengthBytes, length);
  base::require(!text.empty() && text.front() == '{',
                "[format] {}: expected a header that begins with '{{'", name);
  const json parsed = base::parse_json(text, name, kMaxHeaderDepth);

  SafetensorsHeader header;
  header.data_begin = kLengthBytes + length;
  const std::size_t data_size = bytes.size() - header.data_begin;
  for (const auto& item : parsed.items()) {
    if (item.key() == kMetadataKey) {
      header.metadata = read_metadata(item.value(), name);
    } else {
      header.tensors.push_back(read_entry(item.key(), item.value(), name, data_size));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(),
            [](const TensorEntry& a, const TensorEntry& b) {
              return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
            });
  require_full_cover(header.tensors, data_size, name);
  return header;
}

std::string format_safetensors_header(const std::vector<TensorEntry>& tensors,
                                      const Metadata& metadata) {
  nlohmann::ordered_json object;
  if (!metadata.empty()) object[std::string(kMetadataKey)] = metadata;
  for (const TensorEntry& entry : tensors) {
    base::require(
        is_in_safetensors(entry.dtype),
        "[format] tensor '{}': expected a type that safetensors has but got {}; PyTorch's "
        "own format has it",
        printable(entry.name), dtype_name(entry.dtype));
    object[entry.name] = {{"dtype", std::string(dtype_name(entry.dtype))},
                          {"shape", entry.shape},
                          {"data_offsets", {entry.begin, entry.end}}};
  }
  std::string text = object.is_null() ? "{}" : object.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  std::string bytes;
  append_number(bytes, text.size(), kLengthBytes);
  return bytes + text;
}

}  // namespace roformer::format
