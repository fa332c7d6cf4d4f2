#include "roformer/format/tensor_source.h"

#include <algorithm>
#include <cctype>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/format/sharded_source.h"
#include "roformer/format/tensor_format.h"

namespace roformer::format {
namespace {

namespace fs = std::filesystem;

// What is often downloaded in the place of weights.
void require_no_text(std::string_view content, const fs::path& path) {
  base::require(!content.starts_with("version https://git-lfs.github.com/"),
                "[checkpoint] {}: expected weights but got a pointer of git-lfs: fetch the file "
                "itself with git lfs pull",
                path.string());
  const std::size_t begin = std::min(content.find_first_not_of(" \t\r\n"), content.size());
  std::string start(content.substr(begin, 9));
  for (char& c : start) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  base::require(start != "<!doctype" && !start.starts_with("<html"),
                "[checkpoint] {}: expected weights but got an HTML page: download the file itself",
                path.string());
}

}  // namespace

const TensorFacts& TensorSource::facts(const std::string& name) const {
  const auto found = entries().find(name);
  base::require(found != entries().end(),
                "[checkpoint] {}: expected a tensor '{}' but there is none", path().string(), name);
  return found->second;
}

std::shared_ptr<const TensorSource> open_tensor_file(const fs::path& path) {
  base::require(!fs::exists(path) || fs::is_regular_file(path) || fs::is_directory(path),
                "[checkpoint] {}: expected a file of weights but got a pipe or a device",
                path.string());
  if (path.filename().string().ends_with(index_ending))
    return std::make_shared<ShardedSource>(path);
  const auto formats = tensor_formats();
  if (!fs::exists(path)) {
    for (const TensorFormat* format : formats) {
      if (format->recognises(path, {})) return format->open(path, nullptr);
    }
  }
  const auto file = std::make_shared<base::MappedFile>(path);
  require_no_text(file->view(), path);
  for (const TensorFormat* format : formats) {
    if (format->recognises(path, file->view())) return format->open(path, file);
  }
  return formats.front()->open(path, file);  // says what is wrong with it
}

std::shared_ptr<const TensorSource> open_tensor_folder(const fs::path& folder) {
  for (const TensorFormat* format : tensor_formats()) {
    const fs::path path = format->find(folder);
    if (!path.empty()) return open_tensor_file(path);
  }
  for (const char* other : {"tf_model.h5", "flax_model.msgpack"}) {
    base::require(!fs::exists(folder / other),
                  "[checkpoint] {}: expected model.safetensors, pytorch_model.bin or a TensorFlow "
                  "checkpoint but got {}; save it again with transformers' save_pretrained",
                  folder.string(), other);
  }
  base::fail(
      "[checkpoint] {}: expected model.safetensors, pytorch_model.bin or a TensorFlow checkpoint "
      "but there is none",
      folder.string());
}

std::shared_ptr<const TensorSource> open_tensors(const fs::path& path) {
  if (fs::is_directory(path)) return open_tensor_folder(path);
  // A prefix, as of a TensorFlow checkpoint, is no file itself.
  const auto formats = tensor_formats();
  base::require(fs::exists(path) || std::any_of(formats.begin(), formats.end(),
                                                [&](const TensorFormat* format) {
                                                  return format->recognises(path, {});
                                                }),
                "[checkpoint] {}: expected a checkpoint folder (config.json and weights) or a file "
                "of weights but there is none",
                path.string());
  return open_tensor_file(path);
}

}  // namespace roformer::format
