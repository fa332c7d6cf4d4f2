// Formats whose tensors lie in one file, or in several and an index in JSON, as transformers writes
// large ones: stem.ending, or stem-0000i-of-0000n.ending and stem.ending.index.json.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/format/tensor_format.h"

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

}  // namespace roformer::format
