#include "roformer/convert/average.h"

#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/weights.h"
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
                  "[checkpoint] {}: expected the tensors of {} but '{}' is missing",
                  other.path().string(), first.path().string(), name);
    base::require(found->second.shape == facts.shape && found->second.dtype == facts.dtype,
                  "[checkpoint] {}: tensor '{}': expected {} {} as in {} but got {} {}",
                  other.path().string(), name, format::dtype_name(facts.dtype),
                  format::format_shape(facts.shape), first.path().string(),
                  format::dtype_name(found->second.dtype),
                  format::format_shape(found->second.shape));
  }
  for (const auto& [name, facts] : other.entries())
    base::require(first.has(name), "[checkpoint] {}: expected no tensor '{}', which {} lacks",
                  other.path().string(), name, first.path().string());
}

// Keys of config.json that say nothing of what is computed.
bool is_remark(const std::string& key) {
  return key == "transformers_version" || key == "dtype" || key == "torch_dtype" ||
         key.starts_with("_");
}

nlohmann::json config_of(const fs::path& folder) {
  const fs::path path = folder / "config.json";
  return base::parse_json(base::read_file(path), path.string());
}

// Equal names and shapes are not enough: encodings without parameters, heads, words.
void require_same_model(const fs::path& first, const fs::path& other) {
  nlohmann::json all = config_of(first), theirs = config_of(other);
  const nlohmann::json ours = all;
  all.update(theirs);
  for (const auto& item : all.items()) {
    const std::string& key = item.key();
    const nlohmann::json a = ours.value(key, nlohmann::json()),
                         b = theirs.value(key, nlohmann::json());
    base::require(is_remark(key) || a == b,
                  "[checkpoint] {}: expected {} {} in config.json as in {} but got {}",
                  other.string(), key, a.dump(), first.string(), b.dump());
  }
  for (const char* name : {"vocab.json", "vocab.txt"}) {
    if (!fs::exists(first / name) || !fs::exists(other / name)) continue;
    base::require(base::read_file(first / name) == base::read_file(other / name),
                  "[checkpoint] {}: expected the words of {} in {} but got others", other.string(),
                  first.string(), name);
  }
}

// Whole numbers have no mean: the last checkpoint's.
torch::Tensor mean_of(const std::vector<checkpoint::Weights>& weights, const std::string& name) {
  const torch::Tensor last = weights.back().tensor(name);
  if (!last.is_floating_point()) return last;
  torch::Tensor sum = torch::zeros(last.sizes(), torch::kDouble);
  for (const checkpoint::Weights& one : weights) {
    sum += one.tensor(name).to(torch::kDouble);
    one.drop_pages();
  }
  return (sum / static_cast<double>(weights.size())).to(last.scalar_type());
}

}  // namespace

void average(const std::vector<fs::path>& folders, const fs::path& to, bool force) {
  base::require(!folders.empty(), "[checkpoint] expected one or more checkpoints but got none");
  std::vector<checkpoint::Weights> weights;
  for (const fs::path& folder : folders) {
    base::require(fs::is_directory(folder), "[checkpoint] expected a checkpoint folder at {}",
                  folder.string());
    weights.push_back(checkpoint::open_weights(folder));
    require_same_model(folders.front(), folder);
    require_alike(weights.front(), weights.back());
  }
  ConvertReport report;
  report.files = {"model.safetensors"};
  for (const fs::path& folder : folders) prepare_target(folder, to, report.files, force);
  std::vector<format::OutputTensor> outputs;
  for (const auto& [name, facts] : weights.front().entries()) {
    outputs.push_back({name, facts.dtype, facts.shape,
                       [&weights, name = name] { return mean_of(weights, name); }});
  }
  format::write_safetensors(to / "model.safetensors", outputs, {{"format", "pt"}},
                            [](std::size_t) {});
  write_companions(folders.back(), to, weights.back(), {}, report);
}

}  // namespace roformer::convert
