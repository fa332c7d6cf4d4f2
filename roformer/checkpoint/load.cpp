#include "roformer/checkpoint/load.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/fit.h"
#include "roformer/checkpoint/foreign_config.h"
#include "roformer/checkpoint/weight_names.h"
#include "roformer/format/copy_tensor.h"

namespace roformer::checkpoint {
namespace {

// One tensor of the file and the rows of our parameter that it fills.
struct Copy {
  std::string name;
  torch::Tensor target;
};

// Plans the loading of one parameter; what is missing goes into the report, or is an error.
void plan(const std::string& name, const torch::Tensor& parameter, const format::TensorSource& file,
          const NameSet& names, const std::string& prefix, std::vector<Copy>& copies,
          LoadReport& report) {
  const std::vector<std::string> parts = split_names(name);
  const std::int64_t rows =
      parameter.dim() == 0 ? 0 : parameter.size(0) / static_cast<std::int64_t>(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const torch::Tensor target =
        parts.size() == 1 ? parameter
                          : parameter.narrow(0, static_cast<std::int64_t>(i) * rows, rows);
    const auto found = find_name(names, prefix, parts[i]);
    if (found) {
      require_tensor(file, *found, target.sizes().vec());
      copies.push_back({*found, target});
      continue;
    }
    base::require(may_be_missing(name), "[checkpoint] {}: expected a tensor '{}' but there is none",
                  file.path().string(), prefix + name_in_encoder(parts[i]).value_or(parts[i]));
    report.missing.push_back(parts[i]);
  }
}

// An empty buffer takes the size of the file's, if there is one: what was kept of a training (cached
// positions) has no size of its own. Whether there is anything to load.
bool take_size(const std::string& name, torch::Tensor buffer, const format::TensorSource& file,
               const NameSet& names, const std::string& prefix) {
  if (buffer.numel() > 0) return true;
  const auto found = find_name(names, prefix, name);
  if (found) buffer.resize_(file.entries().at(*found).shape);
  return found.has_value();
}

// Names whose content is loaded under another name: the tied decoder and the bias beside it.
bool is_alias(const std::string& name, const NameSet& used) {
  if (name == "cls.predictions.bias") return used.contains("cls.predictions.decoder.bias");
  return false;
}

// A head without use is common; a part of the encoder without use means a configuration that does not fit the file.
void warn_of_unused_encoder_weights(const LoadReport& report, const std::filesystem::path& file) {
  std::vector<std::string> names;
  for (const auto& name : report.unused) {
    if (name.find("encoder.layer.") != name.npos || name.find("embeddings") != name.npos)
      names.push_back(name);
  }
  if (names.empty()) return;
  spdlog::warn(
      "{}: config.json leaves {} weights of the encoder unused, {} the first; inspect lists them",
      file.string(), names.size(), names.front());
}

}  // namespace

LoadReport load_weights(torch::nn::Module& module, const format::TensorSource& file) {
  const torch::NoGradGuard no_grad;
  const NameSet names = names_of(file);
  const std::string prefix = encoder_prefix(names, file.path().string());
  LoadReport report;
  std::vector<Copy> copies;
  for (const auto& item : module.named_parameters()) {
    plan(item.key(), item.value(), file, names, prefix, copies, report);
  }
  for (auto& item : module.named_buffers()) {
    if (!take_size(item.key(), item.value(), file, names, prefix)) continue;
    plan(item.key(), item.value(), file, names, prefix, copies, report);
  }

  constexpr std::size_t kDropEvery = 16 << 20;  // bytes
  std::size_t copied = 0;
  NameSet used;
  for (const Copy& copy : copies) {
    format::copy_tensor(copy.target, file, copy.name);
    used.insert(copy.name);
    copied += copy.target.nbytes();
    if (copied < kDropEvery) continue;
    file.drop_pages();
    copied = 0;
  }
  const bool has_decoder = module.named_modules().contains("cls.predictions");
  for (const std::string& name : names) {
    const bool tied_decoder = has_decoder && name == "cls.predictions.decoder.weight";
    if (used.contains(name) || tied_decoder || is_alias(name, used) || carries_nothing(name))
      continue;
    report.unused.push_back(name);
  }
  warn_of_unused_encoder_weights(report, file.path());
  return report;
}

LoadReport load_weights(torch::nn::Module& module, const std::filesystem::path& folder) {
  return load_weights(module, open_weights(folder));
}

CheckpointConfig load_settled_config(const std::filesystem::path& folder,
                                     const format::TensorSource& file) {
  constexpr const char* kDecoder = "cls.predictions.decoder.weight";
  CheckpointConfig config = load_foreign_config(folder, file);
  if (!config.encoder.tie_word_embeddings || !file.has(kDecoder)) return config;
  const std::string words =
      encoder_prefix(names_of(file), file.path().string()) + "embeddings.word_embeddings.weight";
  if (!torch::equal(file.tensor(kDecoder), file.tensor(words))) {
    spdlog::warn("{}: tensor '{}' differs from the word embeddings, so they are not tied",
                 file.path().string(), kDecoder);
    config.encoder.tie_word_embeddings = false;
  }
  return config;
}

Loaded<std::shared_ptr<head::Model>> load_model(const std::filesystem::path& folder) {
  const Weights file = open_weights(folder);
  Loaded<std::shared_ptr<head::Model>> loaded;
  loaded.config = load_settled_config(folder, file);
  require_fit(loaded.config.encoder, file);
  loaded.module = head_of(loaded.config, file).make(holdings_of(loaded.config, file));
  loaded.report = load_weights(loaded.module->module(), file);
  loaded.module->module().eval();
  return loaded;
}

void warn_of_missing(const LoadReport& report, const std::filesystem::path& folder) {
  if (report.missing.empty()) return;
  spdlog::warn("{}: these weights are missing and start afresh: {}", folder.string(),
               fmt::join(report.missing, ", "));
}

}  // namespace roformer::checkpoint
