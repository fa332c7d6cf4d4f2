#include "roformer/format/sharded_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

constexpr std::size_t number_digits = 5;

// Takes `part` off the front, if it stands there.
bool skip(std::string_view& text, std::string_view part) {
  if (!text.starts_with(part)) return false;
  text.remove_prefix(part.size());
  return true;
}

bool skip_number(std::string_view& text) {
  const std::string_view digits = text.substr(0, number_digits);
  const bool found = digits.size() == number_digits &&
                     digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (found) text.remove_prefix(number_digits);
  return found;
}

nlohmann::ordered_json index_of(const Shards& shards, const std::vector<std::string>& names) {
  nlohmann::ordered_json map = nlohmann::ordered_json::object();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    for (const OutputTensor& tensor : shards[i]) {
      map[tensor.name] = names[i];
      bytes += byte_size(tensor.shape, tensor.dtype, tensor.name);
    }
  }
  return {{"metadata", {{"total_size", bytes}}}, {"weight_map", std::move(map)}};
}

constexpr int kMaxIndexDepth = 8;
constexpr std::size_t kMaxFiles = 10'000;

nlohmann::json read_weight_map(const std::filesystem::path& path) {
  const nlohmann::json index =
      base::parse_json(base::read_file(path), path.string(), kMaxIndexDepth);
  base::require(
      index.is_object() && index.contains("weight_map") && index.at("weight_map").is_object(),
      "[format] {}: expected an object with weight_map but got something else", path.string());
  return index.at("weight_map");
}

}  // namespace

std::string ShardedFiles::single() const {
  return fmt::format("{}{}", stem, ending);
}

std::filesystem::path ShardedFiles::find(const std::filesystem::path& folder) const {
  for (const std::string& name : {single(), single() + std::string(index_ending)}) {
    if (std::filesystem::exists(folder / name)) return folder / name;
  }
  return {};
}

std::vector<std::string> ShardedFiles::names(std::size_t shards) const {
  if (shards <= 1) return {single()};
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= shards; ++i)
    names.push_back(fmt::format("{}-{:05}-of-{:05}{}", stem, i, shards, ending));
  names.push_back(single() + std::string(index_ending));
  return names;
}

bool ShardedFiles::owns(std::string_view name) const {
  if (name == single() || name == single() + std::string(index_ending)) return true;
  return skip(name, stem) && skip(name, "-") && skip_number(name) && skip(name, "-of-") &&
         skip_number(name) && name == ending;
}

void ShardedFiles::write(
    const std::filesystem::path& folder, const Shards& shards,
    const std::function<void(const std::filesystem::path&, const std::vector<OutputTensor>&)>&
        write_one) const {
  const std::vector<std::string> files = names(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) write_one(folder / files[i], shards[i]);
  if (shards.size() > 1)
    base::write_file_atomically(folder / files.back(), index_of(shards, files).dump(2) + "\n");
}

ShardedSource::ShardedSource(const std::filesystem::path& index_path) : path_(index_path) {
  const nlohmann::json map = read_weight_map(path_);
  for (const auto& item : map.items()) {
    base::require(item.value().is_string(),
                  "[format] {}: tensor '{}': expected a file's name but got another type",
                  path_.string(), printable(item.key()));
    const TensorSource& file = open_file(item.value().get<std::string>(), item.key());
    const auto found = file.entries().find(item.key());
    base::require(found != file.entries().end(),
                  "[format] {}: expected tensor '{}' in {} but it is not there", path_.string(),
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
                "[format] {}: tensor '{}': expected a file beside the index but got '{}'",
                path_.string(), printable(tensor), printable(name));
  base::require(files_.size() < kMaxFiles, "[format] {}: expected at most {} files but got more",
                path_.string(), kMaxFiles);
  const std::filesystem::path path = path_.parent_path() / plain;
  base::require(std::filesystem::is_regular_file(path),
                "[format] {}: tensor '{}': expected the file {} but there is none", path_.string(),
                printable(tensor), printable(path.string()));
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
