#include "roformer/format/tensorflow_file.h"

#include "roformer/base/crc32c.h"
#include "roformer/base/error.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::format {

TensorFlowFile::TensorFlowFile(const std::filesystem::path& index_path) : path_(index_path) {
  index_ = parse_tensorflow_index(base::read_file(path_), path_.string());
  const std::string prefix = std::filesystem::path(path_).replace_extension().string();
  for (std::int64_t shard = 0; shard < index_.shards; ++shard) {
    shards_.push_back(std::make_shared<base::MappedFile>(shard_name(prefix, shard, index_.shards)));
  }
  for (const auto& [name, entry] : index_.tensors) {
    const std::size_t size = shards_[static_cast<std::size_t>(entry.shard)]->size();
    base::require(entry.end <= size,
                  "[checkpoint] {}: tensor '{}': expected data within {} bytes but it ends at {} "
                  "(truncated?)",
                  path_.string(), printable(name), size, entry.end);
    entries_.emplace(name, TensorFacts{entry.dtype, entry.shape});
  }
}

torch::Tensor TensorFlowFile::tensor(const std::string& name) const {
  facts(name);
  const BundleEntry& entry = index_.tensors.at(name);
  const auto& shard = shards_[static_cast<std::size_t>(entry.shard)];
  const std::string_view bytes = shard->view().substr(entry.begin, entry.end - entry.begin);
  base::require(base::mask_crc32c(base::crc32c(bytes)) == entry.masked_checksum,
                "[checkpoint] {}: tensor '{}': expected another checksum of the data (damaged?)",
                path_.string(), printable(name));
  return tensor_over(shard, entry.begin, entry.dtype, entry.shape);
}

void TensorFlowFile::drop_pages() const {
  for (const auto& shard : shards_) shard->drop_pages();
}

std::vector<std::string> TensorFlowFile::notes() const {
  if (index_.others.empty()) return {};
  return {fmt::format("{} entries hold no numbers, '{}' the first", index_.others.size(),
                      printable(index_.others.front()))};
}

}  // namespace roformer::format
