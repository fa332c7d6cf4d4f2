// Tensors in safetensors files: views of a mapped file, whole reads, atomic writes.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "roformer/base/file.h"
#include "roformer/format/safetensors_header.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/format/tensor_source.h"

namespace roformer::format {

/// A mapped file. Its tensors read lazily and keep the mapping alive; never write to them.
class SafetensorsFile : public TensorSource {
 public:
  /// Checks the whole header of the file, whose content is mapped unless it is given. Throws Error
  /// naming the file, and the tensor where there is one.
  explicit SafetensorsFile(const std::filesystem::path& path,
                           std::shared_ptr<base::MappedFile> content = nullptr);

  const std::filesystem::path& path() const override { return path_; }
  const TensorFormat& format() const override;
  const std::map<std::string, TensorFacts>& entries() const override { return entries_; }
  const Metadata& metadata() const { return metadata_; }

  /// A view of the file, on the CPU (a copy for bool, and where the file does not align it). Throws
  /// Error if there is no such tensor.
  torch::Tensor tensor(const std::string& name) const override;
  void drop_pages() const override { mapping_->drop_pages(); }

 private:
  std::filesystem::path path_;
  std::shared_ptr<base::MappedFile> mapping_;
  std::map<std::string, TensorFacts> entries_;
  std::map<std::string, std::size_t> begin_;  // bytes from the start of the data
  Metadata metadata_;
  std::size_t data_begin_ = 0;
};

/// Tensors by name.
using TensorMap = std::map<std::string, torch::Tensor>;

/// A file's tensors in memory of their own.
struct TensorFile {
  TensorMap tensors;
  Metadata metadata;
};

/// Reads all tensors of a file into memory of their own. Throws Error as SafetensorsFile does.
TensorFile load_tensors(const std::filesystem::path& path);

/// Writes tensors (of any device and layout) atomically: a crash or a full disk leaves the old
/// file. Types: bool, uint8, int8 … int64, float16, bfloat16, float32, float64; Error for others.
void save_tensors(const std::filesystem::path& path, const TensorMap& tensors,
                  const Metadata& metadata = {});

/// The same for tensors that are made one at a time.
void write_safetensors(const std::filesystem::path& path, const std::vector<OutputTensor>& tensors,
                       const Metadata& metadata, const OnBytes& on_bytes);

}  // namespace roformer::format
