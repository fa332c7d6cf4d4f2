// What `roformer inspect` proposes: commands that take the checkpoint, to be copied into a shell.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/checkpoint/translation_folder.h"
#include "roformer/pipeline/inspect.h"

namespace roformer::cli {

/// "roformer fill-mask --model DIR", …: what takes the folder, none that refuses it; `path` is what
/// stands behind --model.
std::vector<std::string> usable_commands(const checkpoint::Folder& folder,
                                         const pipeline::Inspection& inspection,
                                         const std::filesystem::path& path);

/// The same of an encoder-decoder, which computes once it has told.
std::vector<std::string> translation_commands(const checkpoint::Folder& folder,
                                              const checkpoint::TranslationModel& loaded,
                                              bool is_finite, const std::filesystem::path& path);

/// What a tokenizer alone is good for; `tokenizer` is what describe_tokenizer says.
std::vector<std::string> tokenizer_commands(const nlohmann::ordered_json& tokenizer,
                                            const std::filesystem::path& path);

}  // namespace roformer::cli
