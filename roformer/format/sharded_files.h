// Formats whose tensors lie in one file, or in several and an index in JSON, as transformers writes
// large ones: stem.ending, or stem-0000i-of-0000n.ending and stem.ending.index.json with
// {"weight_map": {tensor: file}}.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/format/tensor_format.h"
#include "roformer/format/tensor_source.h"

namespace roformer::format {

/// The names of such files.
struct ShardedFiles {
  std::string_view stem;    // "pytorch_model"
  std::string_view ending;  // ".bin"

  /// The folder's file, else its index, else empty.
  std::filesystem::path find(const std::filesystem::path& folder) const;
  /// Of so many files, the index last where there are several.
  std::vector<std::string> names(std::size_t shards) const;
  bool owns(std::string_view name) const;
  /// Writes each of `shards` by `write_one(path, tensors)`, and the index.
  void write(const std::filesystem::path& folder, const Shards& shards,
             const std::function<void(const std::filesystem::path&,
                                      const std::vector<OutputTensor>&)>& write_one) const;

 private:
  std::string single() const;
};

/// What the name of such an index ends in.
inline constexpr std::string_view index_ending = ".index.json";

/// Weights in several files, of which an index says where each tensor is.
class ShardedSource : public TensorSource {
 public:
  /// Opens the index and all files that it names. Throws Error naming the index and the tensor for
  /// files outside the folder, missing files, and tensors that are not where the index says.
  explicit ShardedSource(const std::filesystem::path& index_path);

  const std::filesystem::path& path() const override { return path_; }
  const TensorFormat& format() const override;
  const std::map<std::string, TensorFacts>& entries() const override { return entries_; }
  torch::Tensor tensor(const std::string& name) const override;  // of the file that has it
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
