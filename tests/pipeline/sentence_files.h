// Files of sentence-transformers.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>

namespace roformer::pipeline {

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

constexpr const char* kModules =
    R"([{"type": "sentence_transformers.models.Transformer", "path": ""},
  {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
  {"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}])";

}  // namespace roformer::pipeline
