// The kinds of files that weights come in. Each describes itself in its own file, and
// tensor_format.cpp lists them: a new one is a file and a line there.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::format {

class TensorSource;

/// Whose names and layout of matrices the tensors of a format have.
enum class Naming { pytorch, tensorflow };

/// Tensors by the file, or the part of a checkpoint, that they go into.
using Shards = std::vector<std::vector<OutputTensor>>;

struct TensorFormat {
  const char* name;                  // as the command line calls it
  const char* in_words;              // for people
  std::vector<const char*> remarks;  // what users of such weights should know, each a sentence
  Naming naming = Naming::pytorch;

  /// The file of a folder that opens its weights of this format; empty if there are none.
  std::filesystem::path (*find)(const std::filesystem::path& folder);
  /// Whether a path is such a file's. `content` is empty where the path is no file, as of a prefix.
  bool (*recognises)(const std::filesystem::path& path, std::string_view content);
  /// Opens the path, whose content is given unless it is no file. Throws Error naming it.
  std::shared_ptr<const TensorSource> (*open)(const std::filesystem::path& path,
                                              const std::shared_ptr<base::MappedFile>& content);

  /// The names of the files that so many shards take in a folder.
  std::vector<std::string> (*file_names)(std::size_t shards);
  /// Writes them, each atomically, what opens them last.
  void (*write)(const std::filesystem::path& folder, const Shards& shards, const OnBytes& on_bytes);
  /// Whether a file of this name in a folder is part of such weights.
  bool (*owns)(std::string_view file_name);
};

/// TensorFormat::open of a class that takes both.
template <typename Source>
std::shared_ptr<const TensorSource> open_as(const std::filesystem::path& path,
                                            const std::shared_ptr<base::MappedFile>& content) {
  return std::make_shared<Source>(path, content);
}

/// All formats, the preferred first: in this order a folder is searched and a file asked.
std::span<const TensorFormat* const> tensor_formats();

/// The format of a name on the command line. Throws Error listing the names for another.
const TensorFormat& find_tensor_format(std::string_view name);

}  // namespace roformer::format
