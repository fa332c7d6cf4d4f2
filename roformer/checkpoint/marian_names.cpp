#include "roformer/checkpoint/marian_names.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "roformer/base/error.h"

namespace roformer::checkpoint {
namespace {

// Pieces of our names and Marian's, tried in this order.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> marian_pieces{{
    {"encoder.encoder.layer.", "model.encoder.layers."},
    {"decoder.encoder.layer.", "model.decoder.layers."},
    {"encoder.embeddings.", "model.encoder."},
    {"decoder.embeddings.", "model.decoder."},
    {".crossattention.self.query.", ".encoder_attn.q_proj."},
    {".crossattention.output.dense.", ".encoder_attn.out_proj."},
    {".crossattention.output.LayerNorm.", ".encoder_attn_layer_norm."},
    {".attention.output.dense.", ".self_attn.out_proj."},
    {".attention.output.LayerNorm.", ".self_attn_layer_norm."},
    {".intermediate.dense.", ".fc1."},
    {".output.dense.", ".fc2."},
    {".output.LayerNorm.", ".final_layer_norm."},
    {".attention.self.", ".self_attn."},
    {"shared.", "model.shared."},
}};

struct FusedProduct {
  std::string_view ours;
  std::array<std::string_view, 3> parts;
};
constexpr std::array<FusedProduct, 2> marian_products{{
    {".attention.self.qkv.", {".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj."}},
    {".crossattention.self.kv.", {".encoder_attn.k_proj.", ".encoder_attn.v_proj.", ""}},
}};

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
  for (const FusedProduct& product : marian_products) {
    const std::size_t at = parameter.find(product.ours);
    if (at == std::string::npos) continue;
    std::vector<std::string> names;
    for (const std::string_view part : product.parts) {
      if (part.empty()) continue;
      names.push_back(
          with_marian_pieces(std::string(parameter).replace(at, product.ours.size(), part)));
    }
    return names;
  }
  return {with_marian_pieces(parameter)};
}

std::string marian_words(const NameSet& names, const std::string& file) {
  for (const char* table : marian_tables) {
    if (names.contains(table)) return table;
  }
  base::fail("[checkpoint] {}: expected a tensor '{}' but there is none", file, marian_tables[0]);
}

bool is_marian_alias(const std::string& name) {
  return std::find(marian_tables.begin(), marian_tables.end(), name) != marian_tables.end() ||
         name.ends_with("embed_positions.weight");
}

}  // namespace roformer::checkpoint
