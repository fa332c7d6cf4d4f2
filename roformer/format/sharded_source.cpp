#include "roformer/format/sharded_source.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_format.h"

namespace roformer::format {
namespace {

constexpr int kMaxIndexDepth = 8;
constexpr std::size_t kMaxFiles = 10'000;

nlohmann::json read_weight_map(const std::filesystem::path& path) {
  const nlohmann::json index =
      base::parse_json(base::read_file(path), path.string(), kMaxIndexDepth);
  base::require(
      index.is_object() && index.contains("weight_map") && index.at("weight_map").is_object(),
      "[checkpoint] {}: expected an object with weight_map but got something else", path.string());
  return index.at("weight_map");
}

}  // namespace

ShardedSource::ShardedSource(const std::filesystem::path& index_path) : path_(index_path) {
  const nlohmann::json map = read_weight_map(path_);
  for (const auto& item : map.items()) {
    base::require(item.value().is_string(),
                  "[checkpoint] {}: tensor '{}': expected a file's name but got another type",
                  path_.string(), printable(item.key()));
    const TensorSource& file = open_file(item.value().get<std::string>(), item.key());
    const auto found = file.entries().find(item.key());
    base::require(found != file.entries().end(),
                  "[checkpoint] {}: expected tensor '{}' in {} but it is not there", path_.string(),
                  printable(item.key()), file.path().string());
    entries_.emplace(item.key(), found->second);
    places_.emplace(item.key(), &file);
  }
  std::size_t held = 0;
  for (const auto& [name, file] : files_) held += file->entries().size();
  if (held > entries_.size())
    notes_.push_back(
        fmt::format("the index leaves out {} tensors of its files", held - entries_.size()));
}

const TensorSource& ShardedSource::open_file(const std::string& name, const std::string& tensor) {
  const auto found = files_.find(name);
  if (found != files_.end()) return *found->second;
  const std::filesystem::path plain(name);
  base::require(!name.empty() && plain.filename() == plain && name != "." && name != ".." &&
                    name.find('\0') == std::string::npos && !name.ends_with(index_ending),
                "[checkpoint] {}: tensor '{}': expected a file beside the index but got '{}'",
                path_.string(), printable(tensor), printable(name));
  base::require(files_.size() < kMaxFiles,
                "[checkpoint] {}: expected at most {} files but got more", path_.string(),
                kMaxFiles);
  const std::filesystem::path path = path_.parent_path() / plain;
  base::require(std::filesystem::is_regular_file(path),
                "[checkpoint] {}: tensor '{}': expected the file {} but there is none",
                path_.string(), printable(tensor), printable(path.string()));
  return *files_.emplace(name, open_tensor_file(path)).first->second;
}

const TensorFormat& ShardedSource::format() const {
  return files_.empty() ? *tensor_formats().front() : files_.begin()->second->format();
}

torch::Tensor ShardedSource::tensor(const std::string& name) const {
  facts(name);
  return places_.at(name)->tensor(name);
}

void ShardedSource::drop_pages() const {
  for (const auto& [name, file] : files_) file->drop_pages();
}

}  // namespace roformer::format
