#include "roformer/pipeline/file_description.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "roformer/checkpoint/weight_names.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_format.h"
#include "roformer/format/tensor_source.h"
#include "roformer/head/registry.h"

namespace roformer::pipeline {
namespace {

// In the order of Dtype.
constexpr std::array<const char*, format::kDtypeCount> type_words = {
    "bool",          "uint8",           "int8",
    "int16",         "int32",           "int64",
    "float16",       "bfloat16",        "float32",
    "float64",       "uint16",          "uint32",
    "uint64",        "complex64",       "float8_e4m3",
    "float8_e5m2",   "float8_e8m0",     "complex32",
    "complex128",    "float8_e4m3fnuz", "float8_e5m2fnuz",
    "float4_e2m1_x2"};

const char* type_in_words(format::Dtype dtype) {
  return type_words.at(static_cast<std::size_t>(dtype));
}

// The file's tensor whose name ends so, if there is one.
std::optional<std::string> find_ending(const checkpoint::Weights& weights,
                                       std::string_view ending) {
  for (const auto& [name, facts] : weights.entries()) {
    if (name.ends_with(ending)) return name;
  }
  return std::nullopt;
}

// Elements of each type.
std::map<format::Dtype, std::size_t> count_types(const checkpoint::Weights& weights) {
  std::map<format::Dtype, std::size_t> counts;
  for (const auto& [name, facts] : weights.entries())
    counts[weights.is_int8(name) ? format::Dtype::i8 : facts.dtype] +=
        format::byte_size(facts.shape, facts.dtype, name) / format::dtype_size(facts.dtype);
  return counts;
}

std::string version_in(const nlohmann::json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_string()
             ? format::printable(found->get_ref<const std::string&>())
             : std::string();
}

void describe_formats(const checkpoint::Weights& weights, std::vector<std::string>& oddities) {
  for (const char* remark : weights.format().remarks) oddities.emplace_back(remark);
  if (weights.format().naming == format::Naming::pytorch && weights.renamed() > 0)
    oddities.push_back(fmt::format(
        "{} tensors have old or wrapped names (gamma and beta, module.), which are translated",
        weights.renamed()));
  if (!weights.training_state().empty())
    oddities.push_back(fmt::format("{} tensors are an optimizer's and of no use here",
                                   weights.training_state().size()));
  for (const std::string& note : weights.notes()) oddities.push_back(note);
}

void describe_types(const checkpoint::Weights& weights, std::vector<std::string>& oddities) {
  const auto counts = count_types(weights);
  for (const format::Dtype dtype : {format::Dtype::f16, format::Dtype::bf16, format::Dtype::f64}) {
    if (counts.contains(dtype))
      oddities.push_back(
          fmt::format("weights of type {} are computed with as float32", type_in_words(dtype)));
  }
  if (weights.int8_count() > 0)
    oddities.push_back(fmt::format(
        "{} weights are int8 and computed with as they are unless --compute-type says otherwise; "
        "transformers refuses the folder",
        weights.int8_count()));
}

// Whether a class of BERT's computes with a pooler that the file does not have. BertModel has one
// unless told otherwise.
bool lacks_pooler(const checkpoint::CheckpointConfig& config, const checkpoint::Weights& weights) {
  const head::Holdings holdings{config.encoder, config.head, checkpoint::shapes_of_heads(weights)};
  if (config.encoder.model_type != "bert" || holdings.has(head::pooler_weight)) return false;
  const auto& needed = head::choose(config.architecture, holdings).classes.at("bert").weights;
  return needed.empty() ||
         std::find(needed.begin(), needed.end(), head::pooler_weight) != needed.end();
}

void describe_model(const checkpoint::CheckpointConfig& config, const checkpoint::Weights& weights,
                    std::vector<std::string>& oddities) {
  const model::EncoderConfig& encoder = config.encoder;
  if (encoder.norm_type != "layer_norm")
    oddities.push_back(
        "a RoFormerV2: norms without weights; transformers cannot load it, JunnYu's package can");
  if (encoder.type_vocab_size == 0)
    oddities.push_back("there are no token types, without which transformers' classes fail");
  if (encoder.encoding.rotary_value) oddities.push_back("values are rotated too (rotary_value)");
  if (config.head.pooler_activation == "linear")
    oddities.push_back("the pooler has no activation, as in RoFormer-Sim");
  if (encoder.encoding.name != model::default_config(encoder.model_type).encoding.name)
    oddities.push_back(fmt::format("positions are {}, which transformers has no word for",
                                   format::printable(encoder.encoding.name)));
  if (encoder.attention != "softmax")
    oddities.push_back(
        fmt::format("attention is {}, which transformers has no word for", encoder.attention));
  if (encoder.embedding_size != encoder.hidden_size)
    oddities.push_back(fmt::format("embeddings have {} dimensions and are projected to {}",
                                   encoder.embedding_size, encoder.hidden_size));
  if (const auto table = find_ending(weights, "encoder.embed_positions.weight"))
    oddities.push_back(fmt::format(
        "the file holds RoFormer's table of sines for {} positions; it is computed, not read, and "
        "limits nothing here",
        weights.entries().at(*table).shape.at(0)));
  if (weights.has(checkpoint::decoder_weight_name) && !encoder.tie_word_embeddings)
    oddities.push_back("the decoder has weights of its own, not those of the word embeddings");
  if (lacks_pooler(config, weights))
    oddities.push_back(
        "there is no pooler, which BERT's classifiers and embed --pooling pooler use");
}

}  // namespace

std::string stated_writer(std::string_view config_text) {
  const auto config = nlohmann::json::parse(config_text, nullptr, false);
  if (!config.is_object()) return {};
  const std::string ours = version_in(config, checkpoint::kVersionKey);
  const std::string theirs = version_in(config, "transformers_version");
  if (ours.empty()) return theirs.empty() ? "" : "transformers " + theirs;
  // What we save has no other version: transformers has saved it again.
  return theirs.empty()
             ? "roformer " + ours
             : fmt::format("transformers {}, of a model that roformer {} had saved", theirs, ours);
}

std::string made_by(const checkpoint::CheckpointConfig& config,
                    const checkpoint::Weights& weights) {
  const auto source = nlohmann::json::parse(config.source, nullptr, false);
  const bool is_bert = config.encoder.model_type == "bert";
  const std::string stated = stated_writer(config.source);
  if (stated.starts_with("roformer")) return stated;
  if (weights.format().naming == format::Naming::tensorflow)
    return is_bert ? "Google's BERT or bert4keras (TensorFlow)" : "bert4keras (TensorFlow)";
  if (!stated.empty()) return stated;
  if (source.is_object() && (source.contains("norm_type") || source.contains("use_bias") ||
                             source.contains("pooler_activation")))
    return "JunnYu's roformer package";
  return "not stated; the names are Hugging Face's";
}

std::string element_types(const checkpoint::Weights& weights) {
  const auto counts = count_types(weights);
  std::vector<std::pair<std::size_t, std::string>> types;
  for (const auto& [dtype, count] : counts) types.emplace_back(count, type_in_words(dtype));
  std::sort(types.rbegin(), types.rend());
  std::vector<std::string> names;
  for (const auto& type : types) names.push_back(type.second);
  return fmt::format("{}", fmt::join(names, " and "));
}

std::vector<std::string> heads_in(const checkpoint::CheckpointConfig& config,
                                  const checkpoint::Weights& weights) {
  auto heads = head::in_words(config.architecture,
                              {config.encoder, config.head, checkpoint::shapes_of_heads(weights)});
  if (find_ending(weights, "crossattention.self.query.weight"))
    heads.push_back("cross-attention to an encoder");
  return heads;
}

std::vector<std::string> not_finite_in(const checkpoint::Weights& weights) {
  std::vector<std::string> names;
  for (const auto& [name, facts] : weights.entries()) {
    if (!format::is_finite(weights, name)) names.push_back(name);
    weights.drop_pages();
  }
  return names;
}

std::vector<std::string> describe_not_finite(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return {
      fmt::format("{} tensors hold numbers that are not finite (NaN or infinity), so that "
                  "nothing sensible comes of them: {}",
                  names.size(), format::printable(names))};
}

std::vector<std::string> oddities_of(const checkpoint::CheckpointConfig& config,
                                     const checkpoint::Weights& weights,
                                     const std::vector<std::string>& not_finite) {
  std::vector<std::string> oddities = describe_not_finite(not_finite);
  describe_model(config, weights, oddities);
  describe_types(weights, oddities);
  describe_formats(weights, oddities);
  return oddities;
}

std::vector<std::string> oddities_of_files(const checkpoint::Weights& weights) {
  std::vector<std::string> oddities;
  describe_formats(weights, oddities);
  return oddities;
}

std::size_t bytes_of(const format::TensorSource& source) {
  std::size_t bytes = 0;
  for (const auto& [name, facts] : source.entries())
    bytes += format::byte_size(facts.shape, facts.dtype, name);
  return bytes;
}

}  // namespace roformer::pipeline
