// The .index file of a TensorFlow checkpoint ("tensor bundle", tensorflow/core/protobuf/
// tensor_bundle.proto): a LevelDB table from names to BundleEntryProto, and a BundleHeaderProto
// under the empty name. No tensors and no torch here.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// Where a tensor lies: `begin` to `end` in bytes of the file prefix.data-{shard}-of-{shards}.
struct BundleEntry {
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::int64_t shard = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t masked_checksum = 0;  // CRC-32C of the bytes
};

struct TensorFlowIndex {
  std::int64_t shards = 1;
  std::map<std::string, BundleEntry> tensors;
  std::vector<std::string> others;  // names of strings and other types that hold no numbers
};

/// Reads the bytes of an .index file; `name` is the file's, for messages. Throws Error naming the
/// tensor for sizes that are negative or do not fit the shape, sliced variables, unknown types, and
/// files of big-endian machines.
TensorFlowIndex parse_tensorflow_index(std::string_view bytes, std::string_view name);

/// The bytes of such a file.
std::string format_tensorflow_index(const TensorFlowIndex& index);

/// "prefix.data-00000-of-00002".
std::string shard_name(std::string_view prefix, std::int64_t shard, std::int64_t shards);

}  // namespace roformer::format
