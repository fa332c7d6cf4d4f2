// A TensorFlow checkpoint: prefix.index and prefix.data-00000-of-0000N.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/format/tensor_format.h"
#include "roformer/format/tensor_source.h"
#include "roformer/format/tensorflow_index.h"

namespace roformer::format {

/// The variables under TensorFlow's own names and in its layout (kernels are (in, out)).
class TensorFlowFile : public TensorSource {
 public:
  /// Opens the .index file (or that of a prefix), whose content is mapped unless it is given, and
  /// all data files. Throws Error naming the file.
  explicit TensorFlowFile(const std::filesystem::path& path,
                          std::shared_ptr<base::MappedFile> content = nullptr);

  const std::filesystem::path& path() const override { return path_; }
  const TensorFormat& format() const override;
  const std::map<std::string, TensorFacts>& entries() const override { return entries_; }
  /// Throws Error also where the data's checksum is not the index's.
  torch::Tensor tensor(const std::string& name) const override;
  void drop_pages() const override;
  std::vector<std::string> notes() const override;
  std::size_t file_count() const override { return shards_.size(); }

 private:
  std::filesystem::path path_;
  TensorFlowIndex index_;
  std::vector<std::shared_ptr<base::MappedFile>> shards_;
  std::map<std::string, TensorFacts> entries_;
};

/// prefix.index and prefix.data-0000i-of-0000n, one data file for each of `shards`; the index last.
/// Each is atomic; throws Error naming the file.
void write_tensorflow(const std::filesystem::path& prefix, const Shards& shards,
                      const OnBytes& on_bytes);

}  // namespace roformer::format
