// The facts of `roformer inspect` for the folder of an encoder-decoder.
#pragma once
#include <nlohmann/json.hpp>

#include "roformer/checkpoint/folder.h"

namespace roformer::cli {

/// The same keys as of other checkpoints. Throws Error as load_translation_model does.
nlohmann::ordered_json describe_translation(const checkpoint::Folder& folder);

}  // namespace roformer::cli
