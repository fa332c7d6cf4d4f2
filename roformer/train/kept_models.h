// The models that a run keeps beside its last one: checkpoints/step-N of its folder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

namespace roformer::train {

/// Where a run keeps them.
std::filesystem::path kept_models_folder(const std::filesystem::path& run);

/// The models that a run has kept, oldest first.
std::vector<std::filesystem::path> kept_models(const std::filesystem::path& run);

/// The last `count` of them, oldest first. Throws Error naming what is there where there are fewer.
std::vector<std::filesystem::path> last_models(const std::filesystem::path& run,
                                               std::int64_t count);

}  // namespace roformer::train
