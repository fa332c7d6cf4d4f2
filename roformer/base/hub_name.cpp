#include "roformer/base/hub_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace roformer::base {
namespace {

namespace fs = std::filesystem;

// What the hub allows in either part.
bool is_part_of_name(std::string_view part) {
  constexpr std::string_view inner = "-_.";
  return !part.empty() && inner.find(part.front()) == part.npos &&
         std::all_of(part.begin(), part.end(), [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  inner.find(c) != inner.npos;
         });
}

bool is_file_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> endings = {".safetensors", ".bin",  ".pt", ".ckpt",
                                                       ".index",       ".json", ".txt"};
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

std::string hub_hint(const fs::path& path) {
  const std::string name = path.string();
  const std::size_t slash = name.find('/');
  if (slash == name.npos)
    return is_part_of_name(name) && !is_file_name(name) ? "; nothing is downloaded here" : "";
  const std::string owner = name.substr(0, slash), model = name.substr(slash + 1);
  std::error_code ignored;
  if (!is_part_of_name(owner) || !is_part_of_name(model) || is_file_name(model) ||
      fs::exists(owner, ignored))
    return {};
  return fmt::format(
      "; nothing is downloaded here: if this is a name on Hugging Face's hub, `hf download {} "
      "--local-dir {}` makes the folder {} to give instead",
      name, model, model);
}

}  // namespace roformer::base
