#include "roformer/convert/average.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/convert/companion_files.h"
#include "roformer/format/safetensors.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::convert {
namespace {

namespace fs = std::filesystem;

void require_alike(const checkpoint::Weights& first, const checkpoint::Weights& other) {
  for (const auto& [name, facts] : first.entries()) {
    const auto found = other.entries().find(name);
    base::require(found != other.entries().end(),
                  "[convert] {}: expected the tensors of {} but '{}' is missing",
                  other.path().string(), first.path().string(), name);
    base::require(found->second.shape == facts.shape && found->second.dtype == facts.dtype,
                  "[convert] {}: tensor '{}': expected {} {} as in {} but got {} {}",
                  other.path().string(), name, format::dtype_name(facts.dtype),
                  format::format_shape(facts.shape), first.path().string(),
                  format::dtype_name(found->second.dtype),
                  format::format_shape(found->second.shape));
  }
  for (const auto& [name, facts] : other.entries())
    base::require(first.has(name), "[convert] {}: expected no tensor '{}', which {} lacks",
                  other.path().string(), name, first.path().string());
}

// Keys of config.json that say nothing of what is computed.
bool is_remark(const std::string& key) {
  return key == "transformers_version" || key == checkpoint::kVersionKey || key == "dtype" ||
         key == "torch_dtype" || key.starts_with("_");
}

nlohmann::json config_of(const checkpoint::Folder& folder) {
  return base::parse_json(folder.config_text(), (folder.path() / "config.json").string());
}

// Equal names and shapes are not enough: encodings without parameters, heads, words.
void require_same_model(const checkpoint::Folder& first_folder,
                        const checkpoint::Folder& other_folder) {
  const fs::path &first = first_folder.path(), &other = other_folder.path();
  nlohmann::json all = config_of(first_folder), theirs = config_of(other_folder);
  const nlohmann::json ours = all;
  all.update(theirs);
  for (const auto& item : all.items()) {
    const std::string& key = item.key();
    const nlohmann::json a = ours.value(key, nlohmann::json()),
                         b = theirs.value(key, nlohmann::json());
    base::require(is_remark(key) || a == b,
                  "[convert] {}: expected {} {} in config.json as in {} but got {}", other.string(),
                  key, a.dump(), first.string(), b.dump());
  }
  for (const char* name : {"vocab.json", "vocab.txt"}) {
    if (!fs::exists(first / name) || !fs::exists(other / name)) continue;
    base::require(base::read_file(first / name) == base::read_file(other / name),
                  "[convert] {}: expected the words of {} in {} but got others", other.string(),
                  first.string(), name);
  }
}

// Whole numbers have no mean: the last checkpoint's.
torch::Tensor mean_of(const std::vector<checkpoint::Folder>& models, const std::string& name) {
  torch::Tensor last = models.back().weights().tensor(name);
  if (!last.is_floating_point()) return last;
  torch::Tensor sum = torch::zeros(last.sizes(), torch::kDouble);
  for (const checkpoint::Folder& one : models) {
    sum += one.weights().tensor(name).to(torch::kDouble);
    one.weights().drop_pages();
  }
  return (sum / static_cast<double>(models.size())).to(last.scalar_type());
}

}  // namespace

void average(const std::vector<fs::path>& paths, const fs::path& to, bool force) {
  base::require(!paths.empty(), "[convert] expected one or more checkpoints but got none");
  std::vector<checkpoint::Folder> models;
  for (const fs::path& path : paths) {
    models.emplace_back(path);
    require_same_model(models.front(), models.back());
    require_alike(models.front().weights(), models.back().weights());
  }
  ConvertReport report;
  report.files = {"model.safetensors"};
  for (const checkpoint::Folder& one : models) prepare_target(one.path(), to, report.files, force);
  std::vector<format::OutputTensor> outputs;
  for (const auto& [name, facts] : models.front().weights().entries()) {
    outputs.push_back(
        {name, facts.dtype, facts.shape, [&models, name = name] { return mean_of(models, name); }});
  }
  format::write_safetensors(to / "model.safetensors", outputs, {{"format", "pt"}},
                            [](std::size_t) {});
  write_companions(models.back(), to, {}, report);
}

}  // namespace roformer::convert
