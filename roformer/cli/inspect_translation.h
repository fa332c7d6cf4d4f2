// The facts of `roformer inspect` for the folder of an encoder-decoder.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace roformer::cli {

/// The same keys as of other checkpoints. Throws Error as load_translation_model does.
nlohmann::ordered_json describe_translation(const std::string& folder);

}  // namespace roformer::cli
