#include "roformer/checkpoint/weight_names.h"

#include <array>

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

// `name` with its ending replaced; none if it ends otherwise.
std::optional<std::string> replace_ending(std::string_view name, std::string_view ending,
                                          std::string_view by) {
  if (!name.ends_with(ending)) return std::nullopt;
  return std::string(name.substr(0, name.size() - ending.size())).append(by);
}

// The names that may stand for `name` in a file, the preferred first. An untied decoder computes
// with its own bias, so that one goes before cls.predictions.bias, which transformers then keeps
// without using it.
std::vector<std::string> candidates(const std::string& name) {
  if (name == "cls.predictions.bias" || name == "cls.predictions.decoder.bias") {
    return {"cls.predictions.decoder.bias", "cls.predictions.bias"};
  }
  std::vector<std::string> result{name};
  if (auto old = replace_ending(name, "LayerNorm.weight", "LayerNorm.gamma"))
    result.push_back(*old);
  if (auto old = replace_ending(name, "LayerNorm.bias", "LayerNorm.beta")) result.push_back(*old);
  return result;
}

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

bool carries_nothing(std::string_view file_name) {
  return file_name.ends_with("encoder.embed_positions.weight") ||
         file_name.ends_with("embeddings.position_ids");
}

std::string encoder_prefix(const NameSet& names, std::string_view file) {
  for (const std::string_view prefix : kPrefixes) {
    if (names.contains(std::string(prefix).append(kWordEmbeddings))) return std::string(prefix);
  }
  base::fail(
      "[checkpoint] {}: expected a tensor '{}', with 'roformer.' or 'bert.' in front or not, but "
      "there is none",
      file, kWordEmbeddings);
}

std::optional<std::string> find_name(const NameSet& names, std::string_view prefix,
                                     const std::string& name) {
  const auto in_encoder = name_in_encoder(name);
  for (const std::string& candidate : candidates(name)) {
    const std::string full =
        in_encoder ? std::string(prefix) + *name_in_encoder(candidate) : candidate;
    if (names.contains(full)) return full;
  }
  return std::nullopt;
}

}  // namespace roformer::checkpoint
