#include "roformer/convert/companion_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/int8_tensors.h"
#include "roformer/text/tokenizer_kinds.h"

namespace roformer::convert {
namespace {

namespace fs = std::filesystem;

// Beside those that a kind of tokenizer cannot do without (text::TokenizerKind::files).
constexpr const char* kCompanions[] = {"target_vocab.json",
                                       "vocab.txt",
                                       "tokenizer.json",
                                       "tokenizer_config.json",
                                       "special_tokens_map.json",
                                       "added_tokens.json",
                                       "generation_config.json",
                                       "dict.txt",
                                       "merges.txt",
                                       "modules.json",
                                       "config_sentence_transformers.json"};

// What lies in the folders of the modules that modules.json lists, weights of dense layers too; as
// names from the folder. A path out of it is nobody's.
std::vector<std::string> module_files(const fs::path& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder / "modules.json")) return names;
  const auto modules = base::parse_json(base::read_file(folder / "modules.json"),
                                        (folder / "modules.json").string());
  for (const auto& module : modules) {
    const bool has_path =
        module.is_object() && module.contains("path") && module["path"].is_string();
    const fs::path path = has_path ? module["path"].get<std::string>() : std::string();
    const bool inside = !path.empty() && path.is_relative() &&
                        std::find(path.begin(), path.end(), "..") == path.end();
    std::error_code absent;
    if (!inside || fs::equivalent(folder / path, folder, absent)) continue;
    for (const auto& file : fs::directory_iterator(folder / path, absent)) {
      if (file.is_regular_file()) names.push_back((path / file.path().filename()).string());
    }
  }
  return names;
}

bool is_sentence_config(std::string_view name) {
  return name.starts_with("sentence_") && name.ends_with("_config.json");
}

std::vector<std::string> companions(const fs::path& folder) {
  std::vector<std::string> names = module_files(folder);
  names.insert(names.end(), std::begin(kCompanions), std::end(kCompanions));
  std::error_code absent;
  for (const auto& file : fs::directory_iterator(folder, absent)) {
    if (is_sentence_config(file.path().filename().string()))
      names.push_back(file.path().filename().string());
  }
  for (const text::TokenizerKind& kind : text::tokenizer_kinds())
    names.insert(names.end(), kind.files.begin(), kind.files.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

const char* transformers_name(format::Dtype dtype) {
  switch (dtype) {
    case format::Dtype::f16:
      return "float16";
    case format::Dtype::bf16:
      return "bfloat16";
    case format::Dtype::f64:
      return "float64";
    default:
      return "float32";
  }
}

// The configuration's text; empty if there is none beside the weights.
std::string config_text(const checkpoint::Folder& from) {
  if (!from.has_config()) return {};
  return from.is_translation() ? from.translation_config().source : from.stated_config().source;
}

std::string with_dtype(const std::string& text, format::Dtype dtype) {
  auto config = nlohmann::ordered_json::parse(text);
  config.erase("torch_dtype");
  config["dtype"] = transformers_name(dtype);
  // Without a quant_method, which transformers demands and passes over if it does not know it.
  config.erase(checkpoint::kQuantizationKey);
  if (dtype == format::Dtype::i8)
    config[checkpoint::kQuantizationKey] = {
        {"roformer", "int8 weights, with weight_scale by output and weight_factor by input"}};
  return config.dump(2) + "\n";
}

bool is_weights_name(std::string_view name) {
  const auto formats = format::tensor_formats();
  return std::any_of(formats.begin(), formats.end(),
                     [&](const format::TensorFormat* format) { return format->owns(name); });
}

// The files of weights in the folder, parts and all, that are not the new ones; in order.
std::vector<std::string> old_weights(const fs::path& folder,
                                     const std::vector<std::string>& new_weights) {
  std::vector<std::string> names;
  for (const auto& item : fs::directory_iterator(folder)) {
    const std::string name = item.path().filename().string();
    const bool is_new =
        std::find(new_weights.begin(), new_weights.end(), name) != new_weights.end();
    if (!is_new && is_weights_name(name) && item.is_regular_file()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void copy_companion(const fs::path& from, const fs::path& to) {
  base::make_folder(to.parent_path());
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  base::require(!error, "[convert] cannot copy {} to {}: {}", from.string(), to.string(),
                error.message());
}

}  // namespace

void prepare_target(const fs::path& from, const fs::path& to, const std::vector<std::string>& files,
                    bool force) {
  base::make_folder(to);
  base::require(!fs::equivalent(from.empty() ? "." : from, to),
                "[convert] expected another folder than {} to write to", to.string());
  if (force) return;
  std::vector<std::string> names = old_weights(to, {});
  names.insert(names.end(), files.begin(), files.end());
  names.push_back("config.json");
  for (const std::string& name : names) {
    base::require(!fs::exists(to / name),
                  "[convert] {}: expected a folder without a checkpoint but {} is there; give "
                  "--force to replace it",
                  to.string(), name);
  }
}

void write_companions(const checkpoint::Folder& from, const fs::path& to,
                      const ConvertOptions& options, ConvertReport& report) {
  const std::vector<std::string> new_weights = report.files;
  std::string config = config_text(from);
  if (config.empty()) {
    report.notes.push_back("no config.json beside the weights, so none is written");
  } else {
    if (options.dtype || from.weights().int8_count() > 0)
      config = with_dtype(config, options.dtype.value_or(format::Dtype::f32));
    base::write_file_atomically(to / "config.json", config);
    report.files.push_back("config.json");
  }
  if (options.format->naming == format::Naming::tensorflow && !config.empty()) {
    base::write_file_atomically(to / "bert_config.json", config);
    report.files.push_back("bert_config.json");
  }
  for (const std::string& name : companions(from.path())) {
    if (!fs::is_regular_file(from.path() / name)) continue;
    copy_companion(from.path() / name, to / name);
    report.files.push_back(name);
  }
  for (const std::string& name : old_weights(to, new_weights)) {
    fs::remove(to / name);
    report.notes.push_back(fmt::format("{} was there and is removed", name));
  }
}

}  // namespace roformer::convert
