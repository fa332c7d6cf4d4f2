// Paths at which nothing lies, and which are names of models on a hub.
#pragma once
#include <filesystem>
#include <string>

namespace roformer::base {

/// What ends the message that nothing lies at `path`: where it looks like a model's name on Hugging
/// Face's hub (OWNER/NAME, and there is no folder OWNER; or NAME) that nothing is downloaded here,
/// and of OWNER/NAME how to get its folder; else nothing.
std::string hub_hint(const std::filesystem::path& path);

}  // namespace roformer::base
