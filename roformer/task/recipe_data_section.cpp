#include "roformer/base/error.h"
#include "roformer/task/recipe_sections.h"

namespace roformer::task {

namespace fs = std::filesystem;

namespace {

// A path as given if something is there, else from the recipe's folder, so that recipes work from
// any folder.
std::string find_beside(const std::string& name, const fs::path& recipe) {
  std::error_code unreadable;  // a name too long for the file system, say: it is not there
  const fs::path beside = recipe.parent_path() / name;
  if (name.empty() || fs::exists(name, unreadable) || !fs::exists(beside, unreadable)) return name;
  return fs::weakly_canonical(beside).string();
}

}  // namespace

data::DataOptions read_data(const base::TomlTable& root, data::DataUse use, Recipe& recipe) {
  data::DataOptions d = data::read_data_options(root.table("data"), use);
  for (auto& name : d.text) name = find_beside(name, recipe.path);
  if (!d.is_bytes()) d.vocabulary = find_beside(d.vocabulary, recipe.path);
  recipe.resolved.begin("data");
  data::for_each_option(d, use, [&](const base::Option& option, const auto& value) {
    if (option.only == nullptr) recipe.resolved.add(option.key, to_toml(value));
  });
  return d;
}

parallel::ParallelOptions read_parallel_data(const base::TomlTable& root, Recipe& recipe) {
  parallel::ParallelOptions d = parallel::read_parallel_options(root.table("data"));
  parallel::for_each_file_list(d, [&](std::vector<std::string>& files) {
    for (auto& name : files) name = find_beside(name, recipe.path);
  });
  d.vocabulary = find_beside(d.vocabulary, recipe.path);
  d.codes = find_beside(d.codes, recipe.path);
  base::require(!d.validation_source.empty() || d.validation_share > 0,
                "[recipe] {}: expected data.validation_source and data.validation_target, or a "
                "data.validation_share above 0, to watch the training by but got neither",
                recipe.path.string());
  recipe.resolved.begin("data");
  const auto is_absent = [](const base::Option& option, const std::string& toml) {
    return toml == "[]" || (toml == "\"\"" && option.key == std::string_view("codes"));
  };
  parallel::for_each_option(d, [&](const base::Option& option, const auto& value) {
    const std::string toml = to_toml(value);
    if (option.only == nullptr && !is_absent(option, toml)) recipe.resolved.add(option.key, toml);
  });
  return d;
}

}  // namespace roformer::task
