#include "roformer/checkpoint/marian_names.h"

#include <array>
#include <string_view>
#include <utility>

#include "roformer/checkpoint/weight_names.h"

namespace roformer::checkpoint {
namespace {

// Pieces of our names and Marian's, tried in this order.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> marian_pieces{{
    {"encoder.encoder.layer.", "model.encoder.layers."},
    {"decoder.encoder.layer.", "model.decoder.layers."},
    {"encoder.embeddings.", "model.encoder."},
    {"decoder.embeddings.", "model.decoder."},
    {".crossattention.self.query.", ".encoder_attn.q_proj."},
    {".crossattention.self.key.", ".encoder_attn.k_proj."},
    {".crossattention.self.value.", ".encoder_attn.v_proj."},
    {".crossattention.output.dense.", ".encoder_attn.out_proj."},
    {".crossattention.output.LayerNorm.", ".encoder_attn_layer_norm."},
    {".attention.self.query.", ".self_attn.q_proj."},
    {".attention.self.key.", ".self_attn.k_proj."},
    {".attention.self.value.", ".self_attn.v_proj."},
    {".attention.output.dense.", ".self_attn.out_proj."},
    {".attention.output.LayerNorm.", ".self_attn_layer_norm."},
    {".intermediate.dense.", ".fc1."},
    {".output.dense.", ".fc2."},
    {".output.LayerNorm.", ".final_layer_norm."},
    {".attention.self.", ".self_attn."},
    {"shared.", "model.shared."},
}};

// The table of words is tied in four places, and transformers keeps one or all.
constexpr std::array<const char*, 4> marian_tables{
    "model.shared.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight",
    "lm_head.weight"};

std::string with_marian_pieces(std::string name) {
  for (const auto& [ours, theirs] : marian_pieces) {
    const std::size_t at = name.find(ours);
    const bool is_inner = ours.front() == '.';
    if (at == std::string::npos || (!is_inner && at != 0)) continue;
    name.replace(at, ours.size(), theirs);
  }
  return name;
}

}  // namespace

std::vector<std::string> marian_names(const std::string& parameter) {
  std::vector<std::string> names;
  for (std::string& part : split_names(parameter))
    names.push_back(with_marian_pieces(std::move(part)));
  return names;
}

std::vector<WeightPart> MarianNames::parts_of(const std::string& parameter) const {
  std::vector<WeightPart> parts;
  for (std::string& name : marian_names(parameter)) {
    std::vector<std::string> in_file = {name};
    if (name == marian_tables.front()) in_file.assign(marian_tables.begin(), marian_tables.end());
    parts.push_back({std::move(name), std::move(in_file)});
  }
  return parts;
}

bool MarianNames::may_be_missing(const std::string& parameter) const {
  return parameter == "final_logits_bias";
}

bool MarianNames::carries_nothing(const std::string& name) const {
  return name.ends_with("embed_positions.weight");
}

}  // namespace roformer::checkpoint
