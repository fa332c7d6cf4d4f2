#include "roformer/checkpoint/foreign_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "roformer/checkpoint/weight_names.h"

namespace roformer::checkpoint {
namespace {

using NamePair = std::pair<std::string_view, std::string_view>;

// Whole names, TensorFlow's and ours, where no rule fits. Prefixes are already off.
constexpr std::array<NamePair, 6> kWholeNames{
    {{"cls.predictions.output_bias", "cls.predictions.bias"},
     {"cls.seq_relationship.output_weights", "cls.seq_relationship.weight"},
     {"cls.seq_relationship.output_bias", "cls.seq_relationship.bias"},
     {"cls.squad.output_weights", "qa_outputs.weight"},
     {"cls.squad.output_bias", "qa_outputs.bias"},
     {"output_weights", "classifier.weight"}}};
constexpr NamePair kClassifierBias{"output_bias", "classifier.bias"};
constexpr NamePair kProjection{"encoder.embedding_hidden_mapping_in.", "embeddings_project."};
constexpr std::array<std::string_view, 4> kTables{
    "encoder.embed_positions", "embeddings.word_embeddings", "embeddings.token_type_embeddings",
    "embeddings.position_embeddings"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  for (std::size_t at = 0; (at = result.find(from, at)) != std::string::npos; at += to.size())
    result.replace(at, from.size(), to);
  return result;
}

bool replace_end(std::string& name, std::string_view ending, std::string_view by) {
  if (!name.ends_with(ending)) return false;
  name.replace(name.size() - ending.size(), ending.size(), by);
  return true;
}

// What optimizers leave beside the weights.
bool is_training_state(std::string_view name) {
  if (name == "global_step" || name == "beta1_power" || name == "beta2_power") return true;
  constexpr std::array<std::string_view, 6> kEndings{"/adam_m", "/adam_v", "/Adam",
                                                     "/Adam_1", "/lamb_m", "/lamb_v"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

// "layer_12." to "layer.12.", or back.
std::string move_layer_number(std::string name, char from, char to) {
  constexpr std::string_view kLayer = "encoder.layer";
  const std::size_t at = name.find(kLayer);
  if (at == std::string::npos) return name;
  const std::size_t place = at + kLayer.size();
  if (place + 1 < name.size() && name[place] == from && name[place + 1] >= '0' &&
      name[place + 1] <= '9')
    name[place] = to;
  return name;
}

// Whether `name` is, behind any prefix, one of the embedding tables.
bool ends_with_table(std::string_view name) {
  return std::any_of(kTables.begin(), kTables.end(), [&](std::string_view table) {
    return name.ends_with(table) &&
           (name.size() == table.size() || name[name.size() - table.size() - 1] == '.');
  });
}

std::optional<std::string> find_whole(std::string_view name, bool to_ours) {
  const auto match = [&](const NamePair& pair) -> std::optional<std::string> {
    if (name != (to_ours ? pair.first : pair.second)) return std::nullopt;
    return std::string(to_ours ? pair.second : pair.first);
  };
  for (const NamePair& pair : kWholeNames) {
    if (auto found = match(pair)) return found;
  }
  return match(kClassifierBias);
}

}  // namespace

std::optional<ForeignName> from_tensorflow(std::string_view name, std::size_t dimensions) {
  if (is_training_state(name)) return std::nullopt;
  std::string dotted(name);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  if (auto whole = find_whole(dotted, true)) return ForeignName{*whole, false};
  dotted = move_layer_number(std::move(dotted), '_', '.');
  dotted = replaced(dotted, kProjection.first, kProjection.second);
  if (ends_with_table(dotted)) return ForeignName{dotted + ".weight", false};
  if (replace_end(dotted, ".kernel", ".weight")) return ForeignName{dotted, dimensions == 2};
  replace_end(dotted, ".gamma", ".weight") || replace_end(dotted, ".beta", ".bias");
  return ForeignName{dotted, false};
}

ForeignName to_tensorflow(std::string_view name, std::size_t dimensions) {
  std::string dotted(name);
  bool transposed = false;
  if (auto whole = find_whole(dotted, false)) {
    dotted = *whole;
  } else if (contains(dotted, "LayerNorm.")) {
    dotted = to_gamma_beta(dotted);
  } else if (dotted.ends_with(".weight")) {
    const std::string table = dotted.substr(0, dotted.rfind('.'));
    transposed = dimensions == 2 && !ends_with_table(table);
    if (ends_with_table(table)) dotted = table;
    if (transposed) replace_end(dotted, ".weight", ".kernel");
  }
  dotted = replaced(dotted, kProjection.second, kProjection.first);
  dotted = move_layer_number(std::move(dotted), '.', '_');
  std::replace(dotted.begin(), dotted.end(), '.', '/');
  return {dotted, transposed};
}

std::string from_pytorch(std::string_view name) {
  constexpr std::string_view kWrapper = "module.";
  while (name.starts_with(kWrapper)) name.remove_prefix(kWrapper.size());
  std::string result(name);
  replace_end(result, "LayerNorm.gamma", "LayerNorm.weight") ||
      replace_end(result, "LayerNorm.beta", "LayerNorm.bias");
  return result;
}

std::string to_gamma_beta(std::string_view name) {
  std::string result(name);
  replace_end(result, "LayerNorm.weight", "LayerNorm.gamma") ||
      replace_end(result, "LayerNorm.bias", "LayerNorm.beta");
  return result;
}

std::string with_prefix(std::string_view name, std::string_view prefix) {
  const auto inner = name_in_encoder(name);
  return inner ? std::string(prefix) + *inner : std::string(name);
}

}  // namespace roformer::checkpoint
