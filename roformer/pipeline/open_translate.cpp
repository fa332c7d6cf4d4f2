// Opening the folders of translation models: what they are if they are none, and that they share a
// vocabulary.
#include <fmt/ranges.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hub_name.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/pipeline/translate.h"

namespace roformer::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModelConfig = "config.json";

// What stands where a folder with config.json should, in words.
std::string found_instead(const fs::path& folder) {
  if (!fs::exists(folder)) return "there is nothing of that name" + base::hub_hint(folder);
  if (!fs::is_directory(folder)) return "it is a file";
  return fs::exists(folder / "training") ? "it is that of a training which has saved no model yet: "
                                           "wait for its first checkpoint"
                                         : fmt::format("it has no {}", kModelConfig);
}

// As JSON: of any type, or null.
std::string model_type_of(const fs::path& config) {
  const auto object = base::parse_json(base::read_file(config), config.string());
  return object.is_object() ? object.value("model_type", nlohmann::json()).dump() : "null";
}

const char* what_takes(const std::string& model_type) {
  if (model_type == "\"roformer\"" || model_type == "\"bert\"")
    return "`roformer generate` continues text with a causal language model, `roformer fill-mask` "
           "and `roformer embed` take encoders";
  return "other families of encoder-decoders (BART, T5, …) are not read";
}

// The folder, or that of the weights, which must be a translation model's.
checkpoint::Folder open_translation_folder(const fs::path& path) {
  const fs::path folder = checkpoint::folder_of(path);
  const fs::path config = folder / kModelConfig;
  if (!fs::exists(config))
    base::fail("[pipeline] {}: expected the folder of a translation model but {}", folder.string(),
               found_instead(folder));
  checkpoint::Folder opened(path);
  if (opened.is_translation()) return opened;
  const std::string type = model_type_of(config);
  base::fail(
      "[pipeline] {}: expected an encoder-decoder, model_type \"marian\" or "
      "\"roformer_translation\", but got {}: {}",
      config.string(), type == "null" ? "no model_type" : type, what_takes(type));
}

// All models must mean the same by an id.
text::Tokenizer load_shared_tokenizer(const std::vector<fs::path>& folders) {
  const auto load = [](const fs::path& path) {
    return text::Tokenizer::load(checkpoint::folder_of(path));
  };
  auto tokenizer = load(folders.front());
  for (const fs::path& folder : std::span(folders).subspan(1)) {
    base::require(load(folder).fingerprint() == tokenizer.fingerprint(),
                  "[pipeline] {}: expected the vocabulary and the merges of {} but they differ: "
                  "models that translate together must share their tokenizer",
                  folder.string(), folders.front().string());
  }
  return tokenizer;
}

}  // namespace

Translate open_translate(const std::vector<fs::path>& folders, TranslateOptions options) {
  base::require(!folders.empty(),
                "[pipeline] expected the folder of a translation model but got none");
  std::vector<std::shared_ptr<model::EncoderDecoderImpl>> models;
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    const auto loaded = checkpoint::load_translation_model(open_translation_folder(folder));
    models.push_back(loaded.module.ptr());
    names.push_back(folder.string());
  }
  options.name = fmt::format("{}", fmt::join(names, ", "));
  return {models, load_shared_tokenizer(folders), options};
}

}  // namespace roformer::pipeline
