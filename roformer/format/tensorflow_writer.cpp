#include "roformer/format/tensorflow_writer.h"

#include <cstdint>
#include <string_view>

#include "roformer/base/crc32c.h"
#include "roformer/base/file.h"
#include "roformer/format/tensorflow_index.h"

namespace roformer::format {

void write_tensorflow(const std::filesystem::path& prefix, const Shards& shards,
                      const OnBytes& on_bytes) {
  TensorFlowIndex index;
  index.shards = static_cast<std::int64_t>(shards.size());
  for (std::int64_t shard = 0; shard < index.shards; ++shard) {
    const std::string path = shard_name(prefix.string(), shard, index.shards);
    base::write_file_atomically(path, [&](const base::Append& append) {
      std::size_t begin = 0;
      for (const OutputTensor& output : shards[static_cast<std::size_t>(shard)]) {
        const torch::Tensor tensor = materialize(output);
        const std::string_view bytes(static_cast<const char*>(tensor.const_data_ptr()),
                                     tensor.nbytes());
        append_elements(append, tensor);
        index.tensors[output.name] = {
            output.dtype, output.shape,         shard,
            begin,        begin + bytes.size(), base::mask_crc32c(base::crc32c(bytes))};
        begin += bytes.size();
        on_bytes(bytes.size());
      }
    });
  }
  base::write_file_atomically(prefix.string() + ".index", format_tensorflow_index(index));
}

}  // namespace roformer::format
