#include "roformer/checkpoint/save.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/version.h"
#include "roformer/checkpoint/weight_names.h"

namespace roformer::checkpoint {
namespace {

namespace fs = std::filesystem;

// transformers keeps the bias under two names where the decoder is not tied; it computes with the
// decoder's.
void add_bias_aliases(format::TensorMap& tensors) {
  if (tensors.contains(decoder_bias_name))
    tensors.emplace(head_bias_name, tensors.at(decoder_bias_name));
  if (tensors.contains(decoder_weight_name) && tensors.contains(head_bias_name)) {
    tensors.emplace(decoder_bias_name, tensors.at(head_bias_name));
  }
}

// Files that are complete on disk under another name and take their own at `commit`; left alone
// they disappear.
class StagedFiles {
 public:
  explicit StagedFiles(fs::path folder) : folder_(std::move(folder)) {}
  ~StagedFiles() {
    std::error_code ignored;
    for (const std::string& name : names_) fs::remove(staged(name), ignored);
  }
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  fs::path add(const std::string& name) {
    names_.push_back(name);
    return staged(name);
  }
  void commit() {
    for (const std::string& name : names_) {
      std::error_code error;
      fs::rename(staged(name), folder_ / name, error);
      base::require(!error, "[checkpoint] cannot replace {}: {}", (folder_ / name).string(),
                    error.message());
    }
    base::sync_folder(folder_);
    names_.clear();
  }

 private:
  fs::path staged(const std::string& name) const { return folder_ / (name + ".staged"); }
  fs::path folder_;
  std::vector<std::string> names_;
};

// What was opened may have been another program's; what is written is ours.
std::string signed_by_us(const std::string& config) {
  auto object = nlohmann::json::parse(config, nullptr, false);
  if (!object.is_object()) return config;
  object.erase("transformers_version");
  object[kVersionKey] = base::kVersion;
  return object.dump(2) + "\n";
}

}  // namespace

format::TensorMap weights_by_name(
    const torch::nn::Module& module,
    const std::function<std::vector<std::string>(const std::string&)>& names) {
  format::TensorMap tensors;
  const auto add = [&](const std::string& name, const torch::Tensor& weight) {
    const std::vector<std::string> parts = names(name);
    if (parts.size() == 1) {
      tensors[parts.front()] = weight.detach();
      return;
    }
    const auto rows = weight.detach().chunk(std::ssize(parts), 0);
    for (std::size_t i = 0; i < parts.size(); ++i) tensors[parts[i]] = rows[i];
  };
  for (const auto& item : module.named_parameters()) add(item.key(), item.value());
  for (const auto& item : module.named_buffers()) add(item.key(), item.value());
  return tensors;
}

format::TensorMap weights_by_file_name(const torch::nn::Module& module) {
  format::TensorMap tensors = weights_by_name(module, split_names);
  add_bias_aliases(tensors);
  return tensors;
}

void save_checkpoint(const format::TensorMap& tensors, const std::string& config,
                     const fs::path& folder) {
  base::make_folder(folder);
  StagedFiles files(folder);
  format::save_tensors(files.add("model.safetensors"), tensors, {{"format", "pt"}});
  base::write_file_atomically(files.add("config.json"), signed_by_us(config));
  files.commit();
}

void save_model(const torch::nn::Module& module, const CheckpointConfig& config,
                const fs::path& folder) {
  save_checkpoint(weights_by_file_name(module), format_config(config), folder);
}

void save_model(const head::LanguageModelImpl& model, const fs::path& folder) {
  save_model(model, {model.config(), model.head_config(), model.class_name(), {}}, folder);
}

}  // namespace roformer::checkpoint
