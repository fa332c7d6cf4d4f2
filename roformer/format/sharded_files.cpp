#include "roformer/format/sharded_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/format/sharded_source.h"

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

}  // namespace roformer::format
