#include "roformer/format/tensorflow_index.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/format/byte_cursor.h"
#include "roformer/format/leveldb_table.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

constexpr std::int64_t kMaxShards = 99'999;  // five digits in the files' names
constexpr std::size_t kMaxVariableDimensions = 64;

// tensorflow/core/framework/types.proto
constexpr std::pair<std::uint64_t, Dtype> kTensorFlowTypes[] = {
    {1, Dtype::f32},     {2, Dtype::f64},  {3, Dtype::i32},  {4, Dtype::u8},
    {5, Dtype::i16},     {6, Dtype::i8},   {9, Dtype::i64},  {10, Dtype::boolean},
    {14, Dtype::bf16},   {19, Dtype::f16}, {8, Dtype::c64},  {17, Dtype::u16},
    {18, Dtype::c128},   {22, Dtype::u32}, {23, Dtype::u64}, {24, Dtype::f8_e5m2},
    {25, Dtype::f8_e4m3}};
constexpr std::uint64_t kString = 7;
constexpr std::uint64_t kVariant = 21;

// One field of a protocol buffer's message; numbers of every width in `number`.
struct Field {
  std::uint64_t key = 0;
  std::uint64_t number = 0;
  std::string_view bytes;
};

Field read_field(ByteCursor& cursor) {
  const std::uint64_t tag = cursor.varint();
  Field field;
  field.key = tag >> 3;
  switch (tag & 7) {
    case 0:
      field.number = cursor.varint();
      break;
    case 1:
      field.number = cursor.number(8);
      break;
    case 2:
      field.bytes = cursor.take(cursor.varint());
      break;
    case 5:
      field.number = cursor.number(4);
      break;
    default:
      base::fail("[format] {}: expected a protocol buffer but got wire type {}", cursor.name(),
                 tag & 7);
  }
  return field;
}

std::int64_t natural(std::uint64_t number, const char* what, const std::string& where) {
  base::require(number <= std::uint64_t{std::numeric_limits<std::int64_t>::max()},
                "[format] {}: expected {} from 0 to 2^63 - 1 but got {}", where, what, number);
  return static_cast<std::int64_t>(number);
}

// TensorShapeProto: dim { size }.
std::vector<std::int64_t> read_shape(std::string_view bytes, const std::string& where) {
  ByteCursor cursor(bytes, where);
  std::vector<std::int64_t> shape;
  while (cursor.remaining() > 0) {
    const Field field = read_field(cursor);
    if (field.key != 2) continue;
    base::require(shape.size() < kMaxVariableDimensions,
                  "[format] {}: expected at most {} dimensions but got more", where,
                  kMaxVariableDimensions);
    shape.push_back(0);
    ByteCursor dimension(field.bytes, where);
    while (dimension.remaining() > 0) {
      const Field part = read_field(dimension);
      if (part.key == 1) shape.back() = natural(part.number, "a size", where);
    }
  }
  return shape;
}

void read_header(std::string_view bytes, std::string_view name, TensorFlowIndex& index) {
  ByteCursor cursor(bytes, name);
  while (cursor.remaining() > 0) {
    const Field field = read_field(cursor);
    if (field.key == 1) index.shards = natural(field.number, "num_shards", std::string(name));
    base::require(field.key != 2 || field.number == 0,
                  "[format] {}: expected a file of a little-endian machine but got another", name);
  }
  base::require(index.shards >= 1 && index.shards <= kMaxShards,
                "[format] {}: expected 1 to {} data files but got {}", name, kMaxShards,
                index.shards);
}

// Fields of BundleEntryProto.
enum EntryKey : std::uint64_t {
  entry_type = 1,
  entry_shape,
  entry_shard,
  entry_offset,
  entry_size,
  entry_checksum,
  entry_slices
};
using RawEntry = std::array<Field, entry_slices>;  // by key

RawEntry read_raw_entry(std::string_view bytes, const std::string& where) {
  ByteCursor cursor(bytes, where);
  RawEntry entry;
  while (cursor.remaining() > 0) {
    const Field field = read_field(cursor);
    base::require(field.key != entry_slices,
                  "[format] {}: expected whole variables but got slices of one", where);
    if (field.key < entry.size()) entry[field.key] = field;
  }
  return entry;
}

BundleEntry check_entry(const RawEntry& raw, std::int64_t shards, const std::string& where) {
  const auto type =
      std::find_if(std::begin(kTensorFlowTypes), std::end(kTensorFlowTypes),
                   [&](const auto& pair) { return pair.first == raw[entry_type].number; });
  base::require(type != std::end(kTensorFlowTypes),
                "[format] {}: expected a type of numbers but got TensorFlow's type {}", where,
                raw[entry_type].number);
  BundleEntry entry;
  entry.dtype = type->second;
  entry.shape = read_shape(raw[entry_shape].bytes, where);
  entry.shard = natural(raw[entry_shard].number, "shard_id", where);
  base::require(entry.shard < shards, "[format] {}: expected a shard below {} but got {}", where,
                shards, entry.shard);
  const std::size_t size = byte_size(entry.shape, entry.dtype, where);
  base::require(raw[entry_size].number == size,
                "[format] {}: expected {} bytes for shape {} of {} but got {}", where, size,
                format_shape(entry.shape), dtype_name(entry.dtype), raw[entry_size].number);
  std::int64_t end = 0;
  base::require(!__builtin_add_overflow(natural(raw[entry_offset].number, "offset", where),
                                        static_cast<std::int64_t>(size), &end),
                "[format] {}: expected data below 2^63 bytes but got offset {}", where,
                raw[entry_offset].number);
  entry.begin = static_cast<std::size_t>(raw[entry_offset].number);
  entry.end = static_cast<std::size_t>(end);
  entry.masked_checksum = static_cast<std::uint32_t>(raw[entry_checksum].number);
  return entry;
}

void append_number_field(std::string& bytes, std::uint64_t key, std::uint64_t value) {
  append_varint(bytes, key << 3);
  append_varint(bytes, value);
}

void append_bytes_field(std::string& bytes, std::uint64_t key, const std::string& value) {
  append_varint(bytes, key << 3 | 2);
  append_varint(bytes, value.size());
  bytes += value;
}

std::string format_entry(const BundleEntry& entry) {
  const auto type = std::find_if(std::begin(kTensorFlowTypes), std::end(kTensorFlowTypes),
                                 [&](const auto& pair) { return pair.second == entry.dtype; });
  base::require(type != std::end(kTensorFlowTypes),
                "[format] expected a tensor of a type that TensorFlow has but got {} of shape {}",
                dtype_name(entry.dtype), format_shape(entry.shape));
  std::string shape;
  for (const std::int64_t size : entry.shape) {
    std::string dimension;
    append_number_field(dimension, 1, static_cast<std::uint64_t>(size));
    append_bytes_field(shape, 2, dimension);
  }
  std::string bytes;
  append_number_field(bytes, entry_type, type->first);
  append_bytes_field(bytes, entry_shape, shape);
  append_number_field(bytes, entry_shard, static_cast<std::uint64_t>(entry.shard));
  append_number_field(bytes, entry_offset, entry.begin);
  append_number_field(bytes, entry_size, entry.end - entry.begin);
  bytes += static_cast<char>(entry_checksum << 3 | 5);
  append_number(bytes, entry.masked_checksum, sizeof entry.masked_checksum);
  return bytes;
}

}  // namespace

TensorFlowIndex parse_tensorflow_index(std::string_view bytes, std::string_view name) {
  const LeveldbEntries entries = read_leveldb_table(bytes, name);
  const auto header = entries.find("");
  base::require(header != entries.end(),
                "[format] {}: expected the header of a TensorFlow checkpoint but there is none",
                name);
  TensorFlowIndex index;
  read_header(header->second, name, index);
  for (const auto& [key, value] : entries) {
    if (key.empty()) continue;
    const std::string where = fmt::format("{}: tensor '{}'", name, printable(key));
    const RawEntry raw = read_raw_entry(value, where);
    if (raw[entry_type].number == kString || raw[entry_type].number == kVariant) {
      index.others.push_back(key);
    } else {
      index.tensors.emplace(key, check_entry(raw, index.shards, where));
    }
  }
  return index;
}

std::string format_tensorflow_index(const TensorFlowIndex& index) {
  LeveldbEntries entries;
  std::string version;
  append_number_field(version, 1, 1);  // producer, as TensorFlow writes it
  append_number_field(entries[""], 1, static_cast<std::uint64_t>(index.shards));
  append_bytes_field(entries[""], 3, version);
  for (const auto& [name, entry] : index.tensors) entries.emplace(name, format_entry(entry));
  return format_leveldb_table(entries);
}

std::string shard_name(std::string_view prefix, std::int64_t shard, std::int64_t shards) {
  return fmt::format("{}.data-{:05}-of-{:05}", prefix, shard, shards);
}

}  // namespace roformer::format
