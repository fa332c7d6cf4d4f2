#include "roformer/task/recipe_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "roformer/base/error.h"

namespace roformer::task {

namespace fs = std::filesystem;

namespace {

// Where recipes may lie, the nearest first: build/roformer finds its source tree, bin/roformer its
// share folder.
std::vector<fs::path> recipe_folders() {
  std::vector<fs::path> folders;
  if (const char* folder = std::getenv("ROFORMER_RECIPES")) folders.emplace_back(folder);
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const fs::path above = program.parent_path().parent_path();
    folders.push_back(above / "recipes");
    folders.push_back(above / "share" / "roformer" / "recipes");
  }
  std::erase_if(folders, [](const fs::path& folder) { return !fs::is_directory(folder); });
  return folders;
}

}  // namespace

fs::path find_recipe(const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  for (const fs::path& folder : recipe_folders()) {
    for (const fs::path& path : {folder / name, folder / (name + ".toml")}) {
      if (fs::is_regular_file(path)) return path;
    }
  }
  base::fail("[recipe] expected the path or name of a recipe but got \"{}\"; the names are: {}",
             name, fmt::join(recipe_names(), ", "));
}

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const fs::path& folder : recipe_folders()) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".toml") continue;
      names.push_back(fs::relative(entry.path(), folder).replace_extension().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace roformer::task
