#include "roformer/pipeline/other_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "roformer/format/printable.h"

namespace roformer::pipeline {
namespace {

using nlohmann::ordered_json;

constexpr std::array<const char*, 4> our_families = {"roformer", "bert", "marian",
                                                     "roformer_translation"};

// One size, and the keys that families have for it.
struct Size {
  const char* name;
  std::vector<const char*> keys;
};

const std::vector<Size>& all_sizes() {
  static const std::vector<Size> sizes = {
      {"blocks", {"num_hidden_layers", "n_layers", "n_layer", "num_layers", "encoder_layers"}},
      {"hidden", {"hidden_size", "dim", "n_embd", "d_model"}},
      {"heads",
       {"num_attention_heads", "n_heads", "n_head", "num_heads", "encoder_attention_heads"}},
      {"inner", {"intermediate_size", "hidden_dim", "n_inner", "d_ff", "encoder_ffn_dim"}},
      {"vocabulary", {"vocab_size"}},
      {"positions", {"max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"}}};
  return sizes;
}

// What of such a family our encoders have no part for.
struct Difference {
  const char* family;
  const char* words;
};
constexpr std::array<Difference, 13> differences = {{
    {"roberta", "its positions are counted from padding_idx + 1, and its names are its own"},
    {"xlm-roberta", "its positions are counted from padding_idx + 1, and its names are its own"},
    {"camembert", "its positions are counted from padding_idx + 1, and its names are its own"},
    {"distilbert", "it has no token types, and names of its own for BERT's parts"},
    {"mpnet", "a bias by distance that all layers share stands in its attention"},
    {"albert", "all its layers share one set of weights"},
    {"electra", "its embeddings and its head are its own"},
    {"deberta", "its attention has positions of its own, and its names are its own"},
    {"deberta-v2", "its attention has positions of its own, and its names are its own"},
    {"modernbert",
     "norms stand before its blocks, whose inner layers are gated; most layers look "
     "at their neighbourhood alone"},
    {"gpt2", "norms stand before its blocks"},
    {"llama", "norms with one weight stand before its blocks, whose inner layers are gated"},
    {"t5", "it is an encoder-decoder whose norms stand before its blocks"},
}};

// Of the whole, or of its text_config, where families of several senses keep it.
std::optional<std::int64_t> find_size(const ordered_json& config, const Size& size) {
  for (const char* key : size.keys) {
    const auto found = config.find(key);
    if (found != config.end() && found->is_number_integer()) return found->get<std::int64_t>();
  }
  const auto text = config.find("text_config");
  if (text == config.end() || !text->is_object()) return std::nullopt;
  return find_size(*text, size);
}

// The model_type; empty where there is none.
std::string stated_family(const ordered_json& config) {
  if (!config.is_object()) return {};
  const auto found = config.find("model_type");
  return found != config.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::optional<std::string> other_family(const ordered_json& config) {
  const std::string family = stated_family(config);
  const bool is_ours =
      std::find(our_families.begin(), our_families.end(), family) != our_families.end();
  if (family.empty() || is_ours) return std::nullopt;
  return family;
}

ordered_json sizes_in(const ordered_json& config) {
  ordered_json sizes = ordered_json::object();
  if (!config.is_object()) return sizes;
  for (const Size& size : all_sizes()) {
    if (const auto value = find_size(config, size)) sizes[size.name] = *value;
  }
  return sizes;
}

std::string other_model_in_words(const ordered_json& config) {
  const ordered_json sizes = sizes_in(config);
  const auto part = [&](const char* key, const char* before, const char* behind) {
    return sizes.contains(key)
               ? fmt::format("{}{}{}", before, sizes.at(key).get<std::int64_t>(), behind)
               : std::string();
  };
  std::string words = part("blocks", ": ", " blocks") + part("hidden", " of ", "") +
                      part("heads", ", ", " heads") + part("vocabulary", "; ", " tokens") +
                      part("positions", "; at most ", " positions");
  const std::string family = stated_family(config);
  return (family.empty() ? "a model of unknown family" : format::printable(family)) + words;
}

std::string why_not_computed(const std::string& family) {
  const auto found =
      std::find_if(differences.begin(), differences.end(),
                   [&](const Difference& difference) { return family == difference.family; });
  const std::string words = found == differences.end() ? "" : fmt::format(" ({})", found->words);
  return fmt::format(
      "model_type \"{}\" is not among those that are: roformer, bert, marian and "
      "roformer_translation{}",
      format::printable(family), words);
}

}  // namespace roformer::pipeline
