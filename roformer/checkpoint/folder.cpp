#include "roformer/checkpoint/folder.h"

#include <ATen/Functions.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/foreign_config.h"
#include "roformer/checkpoint/weight_names.h"
#include "roformer/text/tokenizer_file.h"

namespace roformer::checkpoint {
namespace {

CheckpointConfig settled(CheckpointConfig config, const format::TensorSource& file) {
  const auto prefix = find_encoder_prefix(file);
  if (!prefix || !config.encoder.tie_word_embeddings || !file.has(decoder_weight_name))
    return config;
  // What is not computed with is refused by name where it is read.
  const std::string words = *prefix + "embeddings.word_embeddings.weight";
  for (const std::string& name : {std::string(decoder_weight_name), words})
    if (file.has(name) && !format::is_computed(file.entries().at(name).dtype)) return config;
  if (!torch::equal(file.tensor(decoder_weight_name), file.tensor(words))) {
    spdlog::warn("{}: tensor '{}' differs from the word embeddings, so they are not tied",
                 file.path().string(), decoder_weight_name);
    config.encoder.tie_word_embeddings = false;
  }
  return config;
}

std::filesystem::path folder_beside(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

Folder::Folder(const std::filesystem::path& path) : path_(path) {
  if (!std::filesystem::is_directory(path)) {
    weights_ = open_weights(path);
    path_ = folder_beside(weights_->path());
  }
  config_path_ = path_ / "config.json";
  for (const char* name : {"config.json", "bert_config.json"}) {
    if (text_ || !std::filesystem::exists(path_ / name)) continue;
    config_path_ = path_ / name;
    text_ = base::read_file(config_path_);
  }
}

const Weights& Folder::weights() const {
  if (!weights_) weights_ = open_weights(path_);
  return *weights_;
}

const std::string& Folder::config_text() const {
  if (!text_) base::read_file(config_path_);  // says why there is none
  return *text_;
}

bool Folder::is_translation() const {
  return text_ && is_translation_config(*text_, config_path_.string());
}

CheckpointConfig Folder::stated_config() const {
  return parse_foreign_config(config_text(), config_path_.string(), weights());
}

const CheckpointConfig& Folder::config() const {
  if (!config_) config_ = settled(stated_config(), weights());
  return *config_;
}

TranslationConfig Folder::translation_config() const {
  return parse_translation_config(config_text(), config_path_.string());
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return !text::is_named_as_tokenizer(path) && format::is_tensor_file(path) ? folder_beside(path)
                                                                            : path;
}

std::filesystem::path folder_of_own(const std::filesystem::path& path) {
  const std::filesystem::path folder = folder_of(path);
  if (folder == path) return path;
  const auto own = open_weights(folder).path(), named = open_weights(path).path();
  base::require(own.lexically_normal() == named.lexically_normal(),
                "[checkpoint] {}: expected the weights that its folder is opened by, {}, which "
                "this command reads, but got others",
                path.string(), own.string());
  return folder;
}

}  // namespace roformer::checkpoint
