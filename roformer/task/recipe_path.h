// Finds a recipe by path or by name, from any folder.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace roformer::task {

/// The file itself if `name` is the path of one; otherwise recipes/{name}[.toml] of the source tree
/// or of the installation that the program lies in (share/roformer/recipes), or of the folder that
/// ROFORMER_RECIPES names. Throws Error that lists what there is.
std::filesystem::path find_recipe(const std::string& name);

/// The names that find_recipe knows, sorted.
std::vector<std::string> recipe_names();

}  // namespace roformer::task
