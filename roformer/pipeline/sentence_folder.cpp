#include "roformer/pipeline/sentence_folder.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/base/nearest_name.h"
#include "roformer/format/printable.h"
#include "roformer/pipeline/settings_file.h"

namespace roformer::pipeline {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int max_depth = 8;

// sentence-transformers' words for poolings: one flag each, in newer files one word; in the order
// in which flags put their vectors side by side.
struct PoolingWord {
  const char* flag;
  const char* word;
  Pooling pooling;
};
constexpr std::array<PoolingWord, 6> pooling_words{{
    {"pooling_mode_cls_token", "cls", Pooling::cls},
    {"pooling_mode_max_tokens", "max", Pooling::max},
    {"pooling_mode_mean_tokens", "mean", Pooling::mean},
    {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::mean_sqrt},
    {"pooling_mode_weightedmean_tokens", "weightedmean", Pooling::weighted_mean},
    {"pooling_mode_lasttoken", "lasttoken", Pooling::last},
}};

std::vector<Pooling> poolings_of_words(const SettingsFile& file, const json& words) {
  std::vector<Pooling> poolings;
  for (const json& word : words.is_array() ? words : json::array({words})) {
    const auto found = std::find_if(pooling_words.begin(), pooling_words.end(),
                                    [&](const PoolingWord& entry) { return word == entry.word; });
    if (found == pooling_words.end())
      file.fail("pooling_mode", "cls, max, mean, mean_sqrt_len_tokens, weightedmean or lasttoken");
    poolings.push_back(found->pooling);
  }
  if (poolings.empty()) file.fail("pooling_mode", "a pooling or several");
  return poolings;
}

// Where the file says nothing it is the mean.
std::vector<Pooling> poolings_of_flags(SettingsFile& file) {
  std::vector<Pooling> poolings;
  for (const PoolingWord& entry : pooling_words) {
    if (file.flag(entry.flag, false)) poolings.push_back(entry.pooling);
  }
  return poolings.empty() ? std::vector{Pooling::mean} : poolings;
}

void read_pooling(const fs::path& path, SentenceSettings& settings) {
  SettingsFile file(path);
  base::require(!file.is_empty(), "[pipeline] {}: expected a pooling but there is none",
                path.string());
  const auto of_flags = poolings_of_flags(file);
  const json& words = file.take("pooling_mode");
  settings.poolings = words.is_null() ? of_flags : poolings_of_words(file, words);
  // A null is not an absent key here: sentence-transformers takes it for false.
  settings.include_prompt = !file.holds("include_prompt") || file.flag("include_prompt", false);
  file.pass_over({"word_embedding_dimension", "embedding_dimension"});
  file.finish();
}

// Behind a pooling the vector is the only thing that a module may read and write.
void require_vector(SettingsFile& file) {
  file.require("module_input_name", "sentence_embedding");
  file.require("module_output_name", "sentence_embedding");
}

SentenceStep read_normalize(const fs::path& path) {
  SettingsFile file(path);
  require_vector(file);
  file.finish();
  return {};
}

// "torch.nn.modules.activation.Tanh" → "tanh"
std::string read_activation(SettingsFile& file) {
  constexpr std::array<std::array<const char*, 2>, 6> names{{{"Tanh", "tanh"},
                                                             {"Identity", "identity"},
                                                             {"Sigmoid", "sigmoid"},
                                                             {"ReLU", "relu"},
                                                             {"GELU", "gelu"},
                                                             {"SiLU", "silu"}}};
  const std::string type = file.text("activation_function", "torch.nn.Tanh");
  for (const auto& [theirs, ours] : names) {
    if (type.starts_with("torch.nn.") && type.ends_with(std::string(".") + theirs)) return ours;
  }
  file.fail("activation_function", "torch.nn's Tanh, Identity, Sigmoid, ReLU, GELU or SiLU");
}

SentenceStep read_dense(const fs::path& folder) {
  SettingsFile file(folder / "config.json");
  SentenceStep step{.kind = SentenceStep::Kind::dense, .folder = folder};
  step.activation = read_activation(file);
  step.bias = file.flag("bias", true);
  step.residual = file.flag("use_residual", false);
  require_vector(file);
  file.pass_over({"in_features", "out_features"});  // the weights tell
  file.finish();
  return step;
}

// "sentence_transformers.models.Pooling" and "sentence_transformers.….pooling.Pooling" → "Pooling";
// others' modules stay as they are.
std::string module_name(const std::string& type) {
  const std::size_t dot = type.rfind('.');
  return type.starts_with("sentence_transformers.") ? type.substr(dot + 1) : type;
}

struct Module {
  std::string type;
  fs::path path;
};

Module read_module(const json& entry, const fs::path& file) {
  base::require(entry.is_object(), "[pipeline] {}: expected a list of objects", file.string());
  const auto text_at = [&](const char* key) {
    const auto found = entry.find(key);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const Module module{module_name(text_at("type")), text_at("path")};
  base::require(module.path.is_relative() && module.path.string().find("..") == std::string::npos,
                "[pipeline] {}: expected a path within the folder but got '{}'", file.string(),
                format::printable(module.path.string()));
  return module;
}

void apply_module(const Module& module, const fs::path& folder, const fs::path& file,
                  bool is_chosen, SentenceSettings& settings) {
  const fs::path place = folder / module.path;
  if (module.type == "Transformer") {
    base::require(module.path.empty(),
                  "[pipeline] {}: expected the Transformer at the path \"\" but got '{}'; give "
                  "that folder itself",
                  file.string(), module.path.string());
  } else if (module.type == "Pooling") {
    if (!is_chosen) read_pooling(place / "config.json", settings);
  } else if (module.type == "Normalize") {
    settings.steps.push_back(read_normalize(place / "config.json"));
  } else if (module.type == "Dense") {
    settings.steps.push_back(read_dense(place));
  } else {
    base::require(is_chosen,
                  "[pipeline] {}: expected modules Transformer, Pooling, Dense and Normalize but "
                  "got '{}', which is not computed here; --pooling leaves it out",
                  file.string(), format::printable(module.type));
    spdlog::warn("{}: {} is not computed here and left out", file.string(),
                 format::printable(module.type));
  }
}

// The order tells who reads what: the vector is there behind the pooling alone.
void require_order(const std::vector<Module>& modules, const fs::path& file) {
  const auto count = [&](const char* type) {
    return std::count_if(modules.begin(), modules.end(),
                         [&](const Module& module) { return module.type == type; });
  };
  base::require(
      modules.size() >= 2 && modules[0].type == "Transformer" && modules[1].type == "Pooling" &&
          count("Transformer") == 1 && count("Pooling") == 1,
      "[pipeline] {}: expected a Transformer, then a Pooling, each once, before all other "
      "modules",
      file.string());
}

// A null stands for max_seq_length as a number does, and is no limit; transformers writes 1e30 for
// that.
void read_length(const SettingsFile& file, const char* key, const json& length,
                 SentenceSettings& settings) {
  constexpr double most = 2147483647;
  settings.is_unlimited = length.is_null() || (length.is_number() && length.get<double>() > most);
  if (!settings.is_unlimited && !length.is_number_unsigned())
    file.fail(key, "an object whose model_max_length is a whole number");
  settings.max_length = settings.is_unlimited ? 0 : length.get<std::int64_t>();
}

// What transformers' classes are told besides their files: only a length changes nothing else.
void read_arguments(SettingsFile& file, SentenceSettings& settings) {
  for (const char* key : {"processor_kwargs", "tokenizer_args"}) {
    json arguments = file.take(key);
    if (arguments.is_null()) continue;
    if (arguments.is_object() && arguments.contains("model_max_length")) {
      read_length(file, key, arguments["model_max_length"], settings);
      arguments.erase("model_max_length");
    }
    if (arguments != json::object()) file.fail(key, "model_max_length alone");
  }
  for (const char* key : {"model_kwargs", "model_args", "config_kwargs", "config_args",
                          "processing_kwargs", "backend_kwargs"})
    file.require(key, json::object());
}

void read_transformer(const fs::path& folder, SentenceSettings& settings) {
  for (const char* type :
       {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    SettingsFile file(folder / fmt::format("sentence_{}_config.json", type));
    if (file.is_empty()) continue;
    settings.max_length = file.count("max_seq_length");
    settings.lower_case = file.flag("do_lower_case", false);
    read_arguments(file, settings);
    file.require("transformer_task", "feature-extraction");
    file.require("modality_config",
                 {{"text", {{"method", "forward"}, {"method_output_name", "last_hidden_state"}}}});
    file.require("module_output_name", "token_embeddings");
    file.require("query_expansion", json());
    file.require("tokenizer_name_or_path", json());
    file.require("backend", "torch");
    // How it computes, and lengths that only tasks by name have.
    file.pass_over({"unpad_inputs", "query_length", "document_length"});
    file.finish();
    return;
  }
}

void read_prompts(SettingsFile& file, SentenceSettings& settings) {
  const json& prompts = file.take("prompts");
  if (prompts.is_null()) return;
  if (!prompts.is_object()) file.fail("prompts", "an object of texts");
  for (const auto& [name, text] : prompts.items()) {
    if (!text.is_null() && !text.is_string()) file.fail("prompts", "an object of texts");
    settings.prompts[name] = text.is_null() ? "" : text.get<std::string>();
  }
}

void read_whole(const fs::path& path, SentenceSettings& settings) {
  SettingsFile file(path);
  file.require("model_type", "SentenceTransformer");
  read_prompts(file, settings);
  settings.default_prompt = file.text("default_prompt_name");
  settings.similarity = file.text("similarity_fn_name");
  settings.dimensions = file.count("truncate_dim");
  file.pass_over({"__version__", "requirements"});
  file.finish();
}

}  // namespace

const std::vector<std::string>& pooling_names() {
  static const std::vector<std::string> names = {"cls",           "mean", "max",   "mean_sqrt",
                                                 "weighted_mean", "last", "pooler"};
  return names;
}

Pooling pooling_of(const std::string& name) {
  const auto& names = pooling_names();
  const auto found = std::find(names.begin(), names.end(), name);
  base::require(found != names.end(), "[pipeline] expected a pooling of {} but got '{}'{}",
                fmt::join(names, ", "), name, base::did_you_mean(name, names));
  return static_cast<Pooling>(found - names.begin());
}

const std::string& SentenceSettings::prompt(const std::string& name) const {
  const auto found = prompts.find(name);
  if (found != prompts.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& prompt : prompts) names.push_back(prompt.first);
  base::fail("[pipeline] expected a prompt of {} but got '{}'{}", format::printable(names), name,
             base::did_you_mean(name, names));
}

std::optional<SentenceSettings> read_sentence_folder(const fs::path& folder,
                                                     const std::vector<Pooling>& chosen) {
  const fs::path file = folder / "modules.json";
  if (!fs::exists(file)) return std::nullopt;
  const json entries = base::parse_json(base::read_file(file), file.string(), max_depth);
  base::require(entries.is_array(), "[pipeline] {}: expected a list of modules", file.string());
  std::vector<Module> modules;
  for (const json& entry : entries) modules.push_back(read_module(entry, file));
  SentenceSettings settings;
  for (const Module& module : modules)
    apply_module(module, folder, file, !chosen.empty(), settings);
  if (chosen.empty()) require_order(modules, file);
  if (!chosen.empty()) settings.poolings = chosen;
  read_transformer(folder, settings);
  read_whole(folder / "config_sentence_transformers.json", settings);
  return settings;
}

}  // namespace roformer::pipeline
