// Weights in several files, as transformers writes large ones: model.safetensors.index.json or
// pytorch_model.bin.index.json with {"weight_map": {tensor: file}}.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/format/tensor_source.h"

namespace roformer::format {

/// What the name of such an index ends in.
inline constexpr std::string_view index_ending = ".index.json";

class ShardedSource : public TensorSource {
 public:
  /// Opens the index and all files that it names. Throws Error naming the index and the tensor for
  /// files outside the folder, missing files, and tensors that are not where the index says.
  explicit ShardedSource(const std::filesystem::path& index_path);

  const std::filesystem::path& path() const override { return path_; }
  const TensorFormat& format() const override;
  const std::map<std::string, TensorFacts>& entries() const override { return entries_; }
  torch::Tensor tensor(const std::string& name) const override;
  void drop_pages() const override;
  /// Names tensors that a file holds and the index leaves out.
  std::vector<std::string> notes() const override { return notes_; }
  std::size_t file_count() const override { return files_.size(); }

 private:
  const TensorSource& open_file(const std::string& name, const std::string& tensor);

  std::filesystem::path path_;
  std::map<std::string, std::shared_ptr<const TensorSource>> files_;
  std::map<std::string, TensorFacts> entries_;
  std::map<std::string, const TensorSource*> places_;
  std::vector<std::string> notes_;
};

}  // namespace roformer::format
