// The facts of `roformer inspect` for the folder of an encoder-decoder.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/cli/inspect_commands.h"
#include "roformer/cli/inspect_summary.h"
#include "roformer/format/tensor_format.h"
#include "roformer/pipeline/file_description.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

std::string translation_in_words(const model::EncoderDecoderConfig& config) {
  const model::EncoderConfig &encoder = config.encoder, &decoder = config.decoder;
  const auto longest = encoder.longest_sequence();
  const std::string reach = longest ? fmt::format("at most {} tokens", *longest) : "any length";
  const std::string heads =
      encoder.num_attention_heads == decoder.num_attention_heads
          ? fmt::format("{}", encoder.num_attention_heads)
          : fmt::format("{} and {}", encoder.num_attention_heads, decoder.num_attention_heads);
  return fmt::format("encoder-decoder: {} + {} blocks of {}, {} heads; {} positions, {}",
                     encoder.num_hidden_layers, decoder.num_hidden_layers, encoder.hidden_size,
                     heads, encoder.encoding.name, reach);
}

std::vector<std::string> translation_oddities(const checkpoint::TranslationModel& loaded,
                                              const std::vector<std::string>& not_finite,
                                              const ordered_json& tokenizer,
                                              const ordered_json& config) {
  std::vector<std::string> oddities = pipeline::describe_not_finite(not_finite);
  const std::int64_t words = loaded.config.model.encoder.vocab_size;
  if (tokenizer.contains("vocabulary_size") && tokenizer.at("vocabulary_size") != words)
    oddities.push_back(fmt::format("the tokenizer has {} tokens but the model {} (vocab_size)",
                                   tokenizer.at("vocabulary_size").get<std::int64_t>(), words));
  if (config.at("model_type") != "marian")
    oddities.emplace_back(
        "transformers has no class with these positions; its Marian has sinusoidal ones");
  if (!loaded.unused.empty())
    oddities.push_back(fmt::format("{} tensors are of no use", loaded.unused.size()));
  return oddities;
}

bool are_all_in(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) != others.end();
  });
}

}  // namespace

ordered_json describe_translation(const checkpoint::Folder& folder,
                                  const std::filesystem::path& path) {
  const auto loaded = checkpoint::load_translation_model(folder);
  const checkpoint::Weights& file = folder.weights();
  const auto config = ordered_json::parse(checkpoint::format_translation_config(loaded.config));
  const auto not_finite = pipeline::not_finite_in(file);
  const ordered_json tokenizer = describe_tokenizer(folder.path());
  std::int64_t parameters = 0, encoder = 0;
  for (const auto& item : loaded.module->named_parameters()) {
    parameters += item.value().numel();
    if (item.key().starts_with("encoder.")) encoder += item.value().numel();
  }
  const std::string writer = pipeline::stated_writer(folder.config_text());
  const bool is_finite = are_all_in(not_finite, loaded.unused);
  return {{"model", translation_in_words(loaded.config.model)},
          {"architecture", config.at("architectures").at(0)},
          {"computed", true},
          {"made_by", writer.empty() ? "not stated; the names are Marian's" : writer},
          {"parameters", parameters},
          {"encoder_parameters", encoder},
          {"bytes", pipeline::bytes_of(file)},
          {"format", file.format().in_words},
          {"files", file.file_count()},
          {"element_types", pipeline::element_types(file)},
          {"compute_types", compute_types()},
          {"heads", {"translation"}},
          {"commands", translation_commands(folder, loaded, is_finite, path)},
          {"problems", problems_of(tokenizer, {})},
          {"unusual", translation_oddities(loaded, not_finite, tokenizer, config)},
          {"position_encoding", loaded.config.model.encoder.encoding.name},
          {"attention", loaded.config.model.encoder.attention},
          {"config", config},
          {"tokenizer", tokenizer},
          {"sentences", ""},
          {"missing", ordered_json::array()},
          {"unused", loaded.unused},
          {"not_finite", not_finite},
          {"tensors", describe_tensors(file.entries())}};
}

}  // namespace roformer::cli
