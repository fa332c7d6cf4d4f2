#include "roformer/text/tokenizer_folder.h"

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/tokenizer_json.h"

namespace roformer::text {

namespace fs = std::filesystem;
using nlohmann::json;

TokenizerFolder::TokenizerFolder(const fs::path& folder_or_file) {
  base::require(fs::exists(folder_or_file),
                "[text] expected a tokenizer at {} but there is nothing", folder_or_file.string());
  folder_ = folder_or_file;
  if (!fs::is_directory(folder_or_file)) {
    file_ = folder_or_file;
    folder_ = folder_or_file.parent_path();
  }
  const fs::path settings = settings_file();
  settings_ =
      std::make_shared<const json>(fs::exists(settings) ? read_json_file(settings) : json());
}

bool TokenizerFolder::has(const fs::path& name) const {
  return file_.empty() && fs::exists(folder_ / name);
}

fs::path TokenizerFolder::settings_file() const {
  return folder_ / "tokenizer_config.json";
}

std::string TokenizerFolder::tokenizer_class() const {
  const auto place = settings_->find("tokenizer_class");
  return place != settings_->end() && place->is_string() ? place->get<std::string>()
                                                         : std::string();
}

}  // namespace roformer::text
