#include "roformer/task/recipe_model.h"

#include <map>

#include "roformer/base/log.h"

namespace roformer::task {
namespace {

const char* direction(bool is_decoder) {
  return is_decoder ? "a decoder" : "an encoder";
}

}  // namespace

model::EncoderConfig with_vocabulary(const Recipe& recipe, const text::Tokenizer& tokenizer) {
  model::EncoderConfig config = recipe.model;
  const std::int64_t words = tokenizer.vocabulary_size();
  if (config.vocab_size == 0) config.vocab_size = words;
  base::require(config.vocab_size == words,
                "[recipe] {}: expected model.vocab_size to be the {} of the vocabulary (leave it "
                "out: it is taken from there) but got {}",
                recipe.path.string(), words, config.vocab_size);
  config.pad_token_id = tokenizer.pad_id();
  return config;
}

void require_recipe_model(const Recipe& recipe, const model::EncoderConfig& found,
                          const std::filesystem::path& folder) {
  const model::EncoderConfig& asked = recipe.model;
  const auto require_same = [&](const char* key, const std::string& recipe_value,
                                const std::string& found_value) {
    base::require(recipe_value == found_value,
                  "[task] {}: expected a model with {} = \"{}\", as {} says, but got \"{}\"; --set "
                  "model.{}={} takes the model as it is",
                  folder.string(), key, recipe_value, recipe.path.string(), found_value, key,
                  found_value);
  };
  base::require(asked.is_decoder == found.is_decoder,
                "[task] {}: expected {} for task.kind = \"{}\" of {} but got {}", folder.string(),
                direction(asked.is_decoder), recipe.task, recipe.path.string(),
                direction(found.is_decoder));
  require_same("position_encoding", asked.encoding.name, found.encoding.name);
  require_same("attention", asked.attention, found.attention);
  const auto asked_options = options_in_force(asked), found_options = options_in_force(found);
  for (const auto& [key, value] : asked_options) {
    const auto other = found_options.find(key);
    require_same(key.c_str(), value, other == found_options.end() ? "none" : other->second);
  }
}

checkpoint::CheckpointConfig starting_config(const Recipe& recipe,
                                             const checkpoint::Folder& folder) {
  checkpoint::CheckpointConfig config = folder.config();
  if (leaves_positions_out(recipe.model, config.encoder)) {
    spdlog::info("{}: its table of positions is left out; queries and keys are turned instead",
                 folder.path().string());
    take_encoding(recipe.model, config.encoder);
    config.architecture.clear();  // a class of the other family
  }
  require_recipe_model(recipe, config.encoder, folder.path());
  take_dropout(recipe.model, config.encoder);
  return config;
}

void require_words(const model::EncoderConfig& config, const text::Tokenizer& tokenizer) {
  base::require(config.vocab_size >= tokenizer.vocabulary_size(),
                "[task] expected a model of at least the vocabulary's {} words but got {}",
                tokenizer.vocabulary_size(), config.vocab_size);
}

void restore_weights(torch::nn::Module& module, const std::filesystem::path& folder) {
  const auto report = checkpoint::load_weights(module, checkpoint::open_weights(folder));
  base::require(report.missing.empty(),
                "[task] expected all weights of the model in {} but {} is "
                "missing",
                folder.string(), report.missing.empty() ? "" : report.missing.front());
}

}  // namespace roformer::task
