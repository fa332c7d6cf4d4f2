// Which files a tokenizer may be.
#pragma once
#include <filesystem>
#include <string>

namespace roformer::text {

/// Whether a path is named as a vocabulary or a tokenizer.json is; as the list of a checkpoint's
/// parts, *.index.json, none is.
inline bool is_named_as_tokenizer(const std::filesystem::path& path) {
  return path.extension() == ".txt" ||
         (path.extension() == ".json" && !path.string().ends_with(".index.json"));
}

}  // namespace roformer::text
