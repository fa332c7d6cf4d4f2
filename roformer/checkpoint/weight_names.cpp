#include "roformer/checkpoint/weight_names.h"

#include <array>
#include <utility>

#include "roformer/base/error.h"

namespace roformer::checkpoint {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes{"roformer.", "bert.", ""};
constexpr std::array<std::string_view, 4> kEncoderParts{"embeddings.", "embeddings_project.",
                                                        "encoder.", "pooler."};

// Our fused parameters and the tensors whose rows they hold.
struct FusedName {
  std::string_view ours;
  std::array<std::string_view, 3> parts;
};
constexpr std::array<FusedName, 2> kFused{{
    {".self.qkv.", {".self.query.", ".self.key.", ".self.value."}},
    {".self.kv.", {".self.key.", ".self.value.", ""}},
}};
constexpr std::string_view kWordEmbeddings = "embeddings.word_embeddings.weight";

}  // namespace

std::vector<std::string> split_names(const std::string& parameter) {
  for (const FusedName& fused : kFused) {
    const std::size_t at = parameter.find(fused.ours);
    if (at == std::string::npos) continue;
    std::vector<std::string> names;
    for (const std::string_view part : fused.parts) {
      if (part.empty()) continue;
      names.push_back(std::string(parameter).replace(at, fused.ours.size(), part));
    }
    return names;
  }
  return {parameter};
}

std::optional<std::string> name_in_encoder(std::string_view name) {
  for (const std::string_view prefix : kPrefixes) {
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = name.substr(prefix.size());
    for (const std::string_view part : kEncoderParts) {
      if (rest.starts_with(part)) return std::string(rest);
    }
  }
  return std::nullopt;
}

bool may_be_missing(std::string_view parameter) {
  const auto name = name_in_encoder(parameter);
  return !name || name->starts_with("pooler.");
}

std::map<std::string, std::vector<std::int64_t>> shapes_of_heads(const format::TensorSource& file) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& [name, facts] : file.entries()) {
    if (may_be_missing(name)) shapes.emplace(name_in_encoder(name).value_or(name), facts.shape);
  }
  return shapes;
}

std::optional<std::string> find_encoder_prefix(const format::TensorSource& file) {
  for (const std::string_view prefix : kPrefixes) {
    if (file.has(std::string(prefix).append(kWordEmbeddings))) return std::string(prefix);
  }
  return std::nullopt;
}

EncoderNames::EncoderNames(const torch::nn::Module& module, const format::TensorSource& file)
    : has_decoder_(module.named_modules().contains("cls.predictions")) {
  const auto prefix = find_encoder_prefix(file);
  base::require(prefix.has_value(),
                "[checkpoint] {}: expected a tensor '{}', with 'roformer.' or 'bert.' in front or "
                "not, but there is none",
                file.path().string(), kWordEmbeddings);
  prefix_ = *prefix;
}

std::vector<WeightPart> EncoderNames::parts_of(const std::string& parameter) const {
  std::vector<WeightPart> parts;
  for (std::string& name : split_names(parameter)) {
    const auto inner = name_in_encoder(name);
    std::vector<std::string> in_file = {inner ? prefix_ + *inner : name};
    // An untied decoder computes with its own bias, so that one goes before cls.predictions.bias,
    // which transformers then keeps without using it. A tied one is the word embeddings again.
    if (name == head_bias_name || name == decoder_bias_name)
      in_file = {decoder_bias_name, head_bias_name};
    if (has_decoder_ && inner == kWordEmbeddings) in_file.emplace_back(decoder_weight_name);
    parts.push_back({std::move(name), std::move(in_file)});
  }
  return parts;
}

bool EncoderNames::may_be_missing(const std::string& parameter) const {
  return checkpoint::may_be_missing(parameter);
}

bool EncoderNames::carries_nothing(const std::string& name) const {
  return name.ends_with("encoder.embed_positions.weight") ||
         name.ends_with("embeddings.position_ids");
}

}  // namespace roformer::checkpoint
