#include "roformer/checkpoint/save.h"

#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/checkpoint/weight_names.h"

namespace roformer::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDecoderBias = "cls.predictions.decoder.bias";
constexpr const char* kBias = "cls.predictions.bias";

// transformers keeps the bias under two names where the decoder is not tied; it computes with the
// decoder's.
void add_bias_aliases(format::TensorMap& tensors) {
  if (tensors.contains(kDecoderBias)) tensors.emplace(kBias, tensors.at(kDecoderBias));
  if (tensors.contains("cls.predictions.decoder.weight") && tensors.contains(kBias)) {
    tensors.emplace(kDecoderBias, tensors.at(kBias));
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  base::require(!error, "[checkpoint] expected to make the folder {} but got: {}", folder.string(),
                error.message());
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

}  // namespace

format::TensorMap weights_by_file_name(const torch::nn::Module& module) {
  format::TensorMap tensors;
  for (const auto& item : module.named_parameters()) {
    const std::vector<std::string> names = split_names(item.key());
    const auto parts = item.value().detach().chunk(static_cast<std::int64_t>(names.size()), 0);
    for (std::size_t i = 0; i < names.size(); ++i) tensors[names[i]] = parts[i];
  }
  for (const auto& item : module.named_buffers()) {
    if (item.value().numel() > 0) tensors[item.key()] = item.value().detach();
  }
  add_bias_aliases(tensors);
  return tensors;
}

void save_checkpoint(const format::TensorMap& tensors, const std::string& config,
                     const fs::path& folder) {
  make_folder(folder);
  StagedFiles files(folder);
  format::save_tensors(files.add("model.safetensors"), tensors, {{"format", "pt"}});
  base::write_file_atomically(files.add("config.json"), config);
  files.commit();
}

void save_model(const torch::nn::Module& module, const CheckpointConfig& config,
                const fs::path& folder) {
  save_checkpoint(weights_by_file_name(module), format_config(config), folder);
}

void save_model(const torch::nn::Module& module, const model::EncoderConfig& config,
                const std::string& architecture, const fs::path& folder) {
  CheckpointConfig checkpoint;
  checkpoint.encoder = config;
  checkpoint.architecture = architecture;
  save_model(module, checkpoint, folder);
}

}  // namespace roformer::checkpoint
