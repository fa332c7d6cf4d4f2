#include "roformer/checkpoint/fit.h"

#include <algorithm>
#include <string>

#include "roformer/base/error.h"

namespace roformer::checkpoint {
namespace {

bool is_floating(format::Dtype dtype) {
  return dtype == format::Dtype::f16 || dtype == format::Dtype::bf16 ||
         dtype == format::Dtype::f32 || dtype == format::Dtype::f64;
}

// The number of blocks that a file holds: one more than the largest index behind "encoder.layer.".
std::int64_t count_layers(const NameSet& names) {
  constexpr std::string_view kLayer = "encoder.layer.";
  constexpr std::size_t kMaxDigits = 9;
  std::int64_t count = 0;
  for (const std::string& name : names) {
    const auto inner = name_in_encoder(name);
    if (!inner || !inner->starts_with(kLayer)) continue;
    const std::string_view rest = std::string_view(*inner).substr(kLayer.size());
    const std::size_t digits = rest.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || digits > kMaxDigits) continue;
    count = std::max<std::int64_t>(count, std::stoll(std::string(rest.substr(0, digits))) + 1);
  }
  return count;
}

// The tables of encodings whose rows the configuration counts, of the first layer if they are a
// layer's, with their shapes.
std::vector<std::pair<std::string, std::vector<std::int64_t>>> position_tables(
    const model::EncoderConfig& config) {
  const position::EncodingSettings& s = config.encoding;
  const std::int64_t positions = config.max_position_embeddings, hidden = config.hidden_size,
                     heads = config.num_attention_heads, head_size = config.head_size();
  if (s.name == "learned") return {{"weight", {positions, config.embedding_size}}};
  if (s.name == "tupe") return {{"table", {positions + 1, hidden}}};
  if (s.name == "t5") return {{"table", {s.t5_buckets, heads}}};
  if (s.name == "clipped_bias") {
    if (!s.clipped_per_head) return {{"table", {2 * s.clipped_distance + 1}}};
    return {{"table", {2 * s.clipped_distance + 1, heads}}};
  }
  if (s.name == "deberta") {
    const std::int64_t standard = s.deberta_form == "v2" ? 256 : 512;
    const std::int64_t distance = s.deberta_distance > 0 ? s.deberta_distance : standard;
    return {{"table", {2 * distance, hidden}}};
  }
  if (config.num_hidden_layers == 0) return {};
  if (s.name == "huang") return {{"layer.0.distances", {2 * positions - 1, head_size}}};
  if (s.name == "music") {
    const std::int64_t length = s.music_distance > 0 ? s.music_distance : positions;
    return {{"layer.0.distances", {heads, config.is_decoder ? length : 2 * length - 1, head_size}}};
  }
  if (s.name == "shaw") {
    if (!s.shaw_per_head) return {{"layer.0.key", {2 * s.shaw_clip + 1, head_size}}};
    return {{"layer.0.key", {heads, 2 * s.shaw_clip + 1, head_size}}};
  }
  return {};
}

}  // namespace

NameSet names_of(const format::TensorSource& file) {
  NameSet names;
  for (const auto& [name, entry] : file.entries()) names.insert(name);
  return names;
}

void require_tensor(const format::TensorSource& file, const std::string& name,
                    const std::vector<std::int64_t>& shape) {
  const auto found = file.entries().find(name);
  base::require(found != file.entries().end(),
                "[checkpoint] {}: expected a tensor '{}' but there is none", file.path().string(),
                name);
  const format::TensorFacts& entry = found->second;
  base::require(entry.shape == shape, "[checkpoint] {}: tensor '{}': expected shape {} but got {}",
                file.path().string(), name, format::format_shape(shape),
                format::format_shape(entry.shape));
  base::require(is_floating(entry.dtype),
                "[checkpoint] {}: tensor '{}': expected F16, BF16, F32 or F64 but got {}",
                file.path().string(), name, format::dtype_name(entry.dtype));
}

void require_fit(const model::EncoderConfig& config, const format::TensorSource& file) {
  const NameSet names = names_of(file);
  const std::string prefix = encoder_prefix(names, file.path().string());
  const std::int64_t layers = count_layers(names);
  base::require(config.num_hidden_layers <= layers,
                "[checkpoint] {}: expected {} blocks (num_hidden_layers) but got {}",
                file.path().string(), config.num_hidden_layers, layers);
  const auto require_in_encoder = [&](const std::string& name,
                                      const std::vector<std::int64_t>& shape) {
    require_tensor(file, prefix + name, shape);
  };
  require_in_encoder("embeddings.word_embeddings.weight",
                     {config.vocab_size, config.embedding_size});
  if (config.type_vocab_size > 0)
    require_in_encoder("embeddings.token_type_embeddings.weight",
                       {config.type_vocab_size, config.embedding_size});
  for (const auto& [name, shape] : position_tables(config))
    require_in_encoder("embeddings.position_embeddings." + name, shape);
  if (config.embedding_size != config.hidden_size) {
    require_in_encoder("embeddings_project.weight", {config.hidden_size, config.embedding_size});
  }
  if (config.num_hidden_layers == 0) return;
  if (config.attention == "linear" && attention::draws_features(config.linear)) {
    require_in_encoder(
        "encoder.layer.0.attention.self.feature_map.projection",
        {attention::feature_size(config.linear, config.head_size()), config.head_size()});
  }
  require_in_encoder("encoder.layer.0.attention.output.dense.weight",
                     {config.hidden_size, config.hidden_size});
  require_in_encoder("encoder.layer.0.intermediate.dense.weight",
                     {config.intermediate_size, config.hidden_size});
}

}  // namespace roformer::checkpoint
