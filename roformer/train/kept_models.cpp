#include "roformer/train/kept_models.h"

#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include "roformer/base/error.h"

namespace roformer::train {

namespace fs = std::filesystem;

fs::path kept_models_folder(const fs::path& run) {
  return run / "checkpoints";
}

std::vector<fs::path> kept_models(const fs::path& run) {
  constexpr std::string_view start = "step-";
  std::map<std::int64_t, fs::path> models;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(kept_models_folder(run), absent)) {
    const std::string name = entry.path().filename().string();
    std::int64_t step = 0;
    if (!name.starts_with(start)) continue;
    const auto [rest, failed] =
        std::from_chars(name.data() + start.size(), name.data() + name.size(), step);
    if (failed == std::errc() && *rest == '\0') models[step] = entry.path();
  }
  std::vector<fs::path> folders;
  for (const auto& [step, folder] : models) folders.push_back(folder);
  return folders;
}

std::vector<fs::path> last_models(const fs::path& run, std::int64_t count) {
  const auto kept = kept_models(run);
  base::require(std::ssize(kept) >= count,
                "[train] expected {} or more models in {} but got {}: a recipe's "
                "checkpoint.keep_last says how many a run keeps",
                count, kept_models_folder(run).string(), kept.size());
  return {kept.end() - count, kept.end()};
}

}  // namespace roformer::train
