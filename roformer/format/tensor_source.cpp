#include "roformer/format/tensor_source.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/format/legacy_container.h"
#include "roformer/format/pytorch_file.h"
#include "roformer/format/safetensors.h"
#include "roformer/format/sharded_source.h"
#include "roformer/format/tensorflow_file.h"

namespace roformer::format {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kWeightFiles{
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json"};
constexpr std::string_view kIndexEnding = ".index";

// What the file `checkpoint` that TensorFlow writes names as the newest:
// model_checkpoint_path: "bert_model.ckpt".
std::string newest_tensorflow_prefix(const fs::path& folder) {
  if (!fs::exists(folder / "checkpoint")) return {};
  const std::string text = base::read_file(folder / "checkpoint");
  constexpr std::string_view kKey = "model_checkpoint_path: \"";
  const std::size_t begin = text.starts_with(kKey) ? kKey.size() : std::string::npos;
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find('"', begin);
  if (end == std::string::npos) return {};
  return fs::path(text.substr(begin, end - begin)).filename().string();
}

// The folder's TensorFlow index; empty if it has none.
fs::path find_tensorflow_index(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& item : fs::directory_iterator(folder)) {
    if (item.path().extension() == kIndexEnding) found.push_back(item.path());
  }
  if (found.size() <= 1) return found.empty() ? fs::path() : found.front();
  const std::string newest = newest_tensorflow_prefix(folder) + std::string(kIndexEnding);
  for (const fs::path& path : found) {
    if (path.filename() == newest) return path;
  }
  base::fail("[checkpoint] {}: expected one TensorFlow checkpoint but got {}; name one of them",
             folder.string(), found.size());
}

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

std::shared_ptr<const TensorSource> open_by_content(const fs::path& path) {
  const base::MappedFile file(path);
  require_no_text(file.view(), path);
  if (file.view().starts_with("PK\x03\x04") || is_legacy_container(file.view()))
    return std::make_shared<PyTorchFile>(path);
  return std::make_shared<SafetensorsFile>(path);
}

}  // namespace

std::string_view format_name(Format format) {
  switch (format) {
    case Format::safetensors:
      return "safetensors";
    case Format::pytorch_zip:
      return "PyTorch (zip)";
    case Format::pytorch_legacy:
      return "PyTorch (legacy, from before version 1.6)";
    case Format::tensorflow:
      return "TensorFlow";
  }
  return "";
}

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
  const std::string name = path.filename().string();
  if (name.ends_with(".index.json")) return std::make_shared<ShardedSource>(path);
  if (name.ends_with(kIndexEnding)) return std::make_shared<TensorFlowFile>(path);
  const fs::path index = path.string() + std::string(kIndexEnding);
  if (!fs::exists(path) && fs::exists(index)) return std::make_shared<TensorFlowFile>(index);
  return open_by_content(path);
}

std::shared_ptr<const TensorSource> open_tensor_folder(const fs::path& folder) {
  for (const char* name : kWeightFiles) {
    if (fs::exists(folder / name)) return open_tensor_file(folder / name);
  }
  const fs::path index = find_tensorflow_index(folder);
  if (!index.empty()) return std::make_shared<TensorFlowFile>(index);
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
  // Of a TensorFlow checkpoint the prefix is given, which is no file itself.
  base::require(fs::exists(path) || fs::exists(path.string() + ".index"),
                "[checkpoint] {}: expected a checkpoint folder (config.json and weights) or a file "
                "of weights but there is none",
                path.string());
  return open_tensor_file(path);
}

}  // namespace roformer::format
