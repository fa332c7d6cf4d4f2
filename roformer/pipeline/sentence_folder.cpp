#include "roformer/pipeline/sentence_folder.h"

#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"

namespace roformer::pipeline {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int max_depth = 8;

json read_json(const fs::path& path) {
  return base::parse_json(base::read_file(path), path.string(), max_depth);
}

// sentence-transformers' words for poolings: one flag each, in newer files one word.
struct PoolingWord {
  const char* flag;
  const char* word;
  Pooling pooling;
};
constexpr std::array<PoolingWord, 4> pooling_words{{
    {"pooling_mode_cls_token", "cls", Pooling::cls},
    {"pooling_mode_mean_tokens", "mean", Pooling::mean},
    {"pooling_mode_max_tokens", "max", Pooling::max},
    {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::mean_sqrt},
}};

bool is_true(const json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

Pooling read_pooling(const fs::path& path) {
  const json object = read_json(path);
  base::require(object.is_object(), "[pipeline] {}: expected an object", path.string());
  std::vector<Pooling> chosen;
  for (const PoolingWord& entry : pooling_words) {
    const bool named = object.value("pooling_mode", json()) == json(entry.word);
    if (named || is_true(object, entry.flag)) chosen.push_back(entry.pooling);
  }
  base::require(chosen.size() == 1,
                "[pipeline] {}: expected one of pooling_mode_cls_token, …_mean_tokens, "
                "…_max_tokens and …_mean_sqrt_len_tokens to be true but got {}; --pooling chooses",
                path.string(), chosen.size());
  return chosen.front();
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "sentence_transformers.models.Pooling" → "Pooling".
std::string last_word(const std::string& type) {
  const std::size_t dot = type.rfind('.');
  return dot == type.npos ? type : type.substr(dot + 1);
}

void read_module(const json& module, const fs::path& folder, const fs::path& file,
                 std::optional<Pooling> chosen, SentenceSettings& settings) {
  base::require(module.is_object(), "[pipeline] {}: expected a list of objects", file.string());
  const std::string type = last_word(text_at(module, "type"));
  const fs::path path = text_at(module, "path");
  base::require(path.is_relative() && path.string().find("..") == std::string::npos,
                "[pipeline] {}: expected a path within the folder but got '{}'", file.string(),
                path.string());
  if (type == "Transformer") {
    base::require(
        path.empty(),
        "[pipeline] {}: expected the Transformer at the path \"\" but got '{}'; give that "
        "folder itself",
        file.string(), path.string());
  } else if (type == "Pooling") {
    settings.pooling = chosen ? *chosen : read_pooling(folder / path / "config.json");
  } else if (type == "Normalize") {
    settings.normalize = true;
  } else if (!chosen) {
    base::fail(
        "[pipeline] {}: expected modules Transformer, Pooling and Normalize but got '{}', which is "
        "not computed here; --pooling leaves it out",
        file.string(), type);
  }
}

std::int64_t read_max_length(const fs::path& path) {
  if (!fs::exists(path)) return 0;
  const json object = read_json(path);
  const json length = object.is_object() ? object.value("max_seq_length", json()) : json();
  if (length.is_null()) return 0;
  base::require(length.is_number_unsigned() && length.get<std::uint64_t>() < (1ULL << 31),
                "[pipeline] {}: expected max_seq_length to be a number of tokens but got {}",
                path.string(), length.dump());
  return length.get<std::int64_t>();
}

}  // namespace

Pooling pooling_of(const std::string& name) {
  if (name == "cls") return Pooling::cls;
  if (name == "mean") return Pooling::mean;
  if (name == "max") return Pooling::max;
  if (name == "mean_sqrt") return Pooling::mean_sqrt;
  base::require(name == "pooler",
                "[pipeline] expected pooling cls, mean, max, mean_sqrt or pooler but got '{}'",
                name);
  return Pooling::pooler;
}

std::optional<SentenceSettings> read_sentence_folder(const fs::path& folder,
                                                     std::optional<Pooling> chosen) {
  const fs::path file = folder / "modules.json";
  if (!fs::exists(file)) return std::nullopt;
  const json modules = read_json(file);
  base::require(modules.is_array(), "[pipeline] {}: expected a list of modules", file.string());
  SentenceSettings settings;
  for (const json& module : modules) read_module(module, folder, file, chosen, settings);
  settings.max_length = read_max_length(folder / "sentence_bert_config.json");
  return settings;
}

}  // namespace roformer::pipeline
