#include "roformer/pipeline/translation_models.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/translation_folder.h"

namespace roformer::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModelConfig = "config.json";

// What stands where a folder with config.json should, in words.
std::string found_instead(const fs::path& folder) {
  if (!fs::exists(folder)) return "there is nothing of that name";
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

void require_translation_model(const fs::path& folder) {
  const fs::path config = folder / kModelConfig;
  if (!fs::exists(config))
    base::fail("[pipeline] {}: expected the folder of a translation model but {}", folder.string(),
               found_instead(folder));
  if (checkpoint::is_translation_folder(folder)) return;
  const std::string type = model_type_of(config);
  base::fail(
      "[pipeline] {}: expected an encoder-decoder, model_type \"marian\" or "
      "\"roformer_translation\", but got {}: {}",
      config.string(), type == "null" ? "no model_type" : type, what_takes(type));
}

model::EncoderDecoder load_translator(const fs::path& folder, c10::Device device) {
  require_translation_model(folder);
  auto module = checkpoint::load_translation_model(folder).module;
  module->to(device);
  return module;
}

void require_fit(const text::Tokenizer& tokenizer, const model::EncoderDecoderConfig& config,
                 const fs::path& folder) {
  base::require(tokenizer.facts().has_sides,
                "[pipeline] {}: expected a translation model's tokenizer but got one of {}",
                folder.string(), tokenizer.facts().kind);
  base::require(tokenizer.vocabulary_size() <= config.encoder.vocab_size,
                "[pipeline] {}: expected a tokenizer of at most {} tokens (vocab_size) but got {}",
                folder.string(), config.encoder.vocab_size, tokenizer.vocabulary_size());
  base::require(tokenizer.end_id() == config.eos_token_id,
                "[pipeline] {}: expected the tokenizer's end token to be eos_token_id, {}, but got "
                "{}",
                folder.string(), config.eos_token_id, tokenizer.end_id());
}

}  // namespace

std::vector<model::EncoderDecoder> load_translators(const std::vector<fs::path>& folders,
                                                    c10::Device device) {
  base::require(!folders.empty(),
                "[pipeline] expected the folder of a translation model but got none");
  std::vector<model::EncoderDecoder> models;
  for (const fs::path& folder : folders) models.push_back(load_translator(folder, device));
  return models;
}

// All models must mean the same by an id.
text::Tokenizer load_shared_tokenizer(const std::vector<fs::path>& folders,
                                      const std::vector<model::EncoderDecoder>& models) {
  const auto tokenizer = text::Tokenizer::load(folders.front());
  for (std::size_t m = 0; m < folders.size(); ++m) {
    const fs::path& folder = folders[m];
    base::require(m == 0 || text::Tokenizer::load(folder).fingerprint() == tokenizer.fingerprint(),
                  "[pipeline] {}: expected the vocabulary and the merges of {} but they differ: "
                  "models that translate together must share their tokenizer",
                  folder.string(), folders.front().string());
    require_fit(tokenizer, models[m]->config(), folder);
  }
  return tokenizer;
}

}  // namespace roformer::pipeline
