// The .index file of TensorFlow checkpoints: ranges are as long as the shapes say, and what is read
// is written and read again the same.
#include "roformer/format/tensorflow_index.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] {
    const auto index = format::parse_tensorflow_index(fuzz::text_of(data, size), "fuzz.index");
    const auto again =
        format::parse_tensorflow_index(format::format_tensorflow_index(index), "again.index");
    if (again.shards != index.shards || again.tensors.size() != index.tensors.size())
      __builtin_trap();
    for (const auto& [name, tensor] : index.tensors) {
      const format::BundleEntry& second = again.tensors.at(name);
      const bool same = second.begin == tensor.begin && second.end == tensor.end &&
                        second.shape == tensor.shape && second.dtype == tensor.dtype &&
                        second.shard == tensor.shard &&
                        second.masked_checksum == tensor.masked_checksum;
      if (!same || tensor.shard >= index.shards || tensor.begin > tensor.end) __builtin_trap();
    }
  });
  return 0;
}
