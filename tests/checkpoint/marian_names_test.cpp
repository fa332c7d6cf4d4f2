#include "roformer/checkpoint/marian_names.h"

#include <gtest/gtest.h>

namespace roformer::checkpoint {
namespace {

using Names = std::vector<std::string>;

// The names of transformers' MarianMTModel (modeling_marian.py).
TEST(MarianNames, OfEveryKindOfWeight) {
  const std::pair<const char*, Names> cases[] = {
      {"shared.weight", {"model.shared.weight"}},
      {"final_logits_bias", {"final_logits_bias"}},
      {"encoder.encoder.layer.0.attention.self.qkv.weight",
       {"model.encoder.layers.0.self_attn.q_proj.weight",
        "model.encoder.layers.0.self_attn.k_proj.weight",
        "model.encoder.layers.0.self_attn.v_proj.weight"}},
      {"encoder.encoder.layer.11.attention.output.dense.bias",
       {"model.encoder.layers.11.self_attn.out_proj.bias"}},
      {"encoder.encoder.layer.3.attention.output.LayerNorm.weight",
       {"model.encoder.layers.3.self_attn_layer_norm.weight"}},
      {"decoder.encoder.layer.2.crossattention.self.query.bias",
       {"model.decoder.layers.2.encoder_attn.q_proj.bias"}},
      {"decoder.encoder.layer.2.crossattention.self.kv.bias",
       {"model.decoder.layers.2.encoder_attn.k_proj.bias",
        "model.decoder.layers.2.encoder_attn.v_proj.bias"}},
      {"decoder.encoder.layer.2.crossattention.output.dense.weight",
       {"model.decoder.layers.2.encoder_attn.out_proj.weight"}},
      {"decoder.encoder.layer.2.crossattention.output.LayerNorm.bias",
       {"model.decoder.layers.2.encoder_attn_layer_norm.bias"}},
      {"decoder.encoder.layer.2.intermediate.dense.weight", {"model.decoder.layers.2.fc1.weight"}},
      {"decoder.encoder.layer.2.output.dense.weight", {"model.decoder.layers.2.fc2.weight"}},
      {"decoder.encoder.layer.2.output.LayerNorm.weight",
       {"model.decoder.layers.2.final_layer_norm.weight"}}};
  for (const auto& [ours, theirs] : cases) EXPECT_EQ(marian_names(ours), theirs) << ours;
}

TEST(MarianNames, TheTableOfWordsHasFourNamesInFiles) {
  const auto parts = MarianNames().parts_of("shared.weight");
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].name, "model.shared.weight");
  EXPECT_EQ(parts[0].in_file, (Names{"model.shared.weight", "model.encoder.embed_tokens.weight",
                                     "model.decoder.embed_tokens.weight", "lm_head.weight"}));
  EXPECT_EQ(MarianNames().parts_of("final_logits_bias").front().in_file,
            Names{"final_logits_bias"});
}

TEST(MarianNames, SaysWhatMayBeMissingAndWhatSaysNothing) {
  const MarianNames names;
  EXPECT_TRUE(names.may_be_missing("final_logits_bias"));
  EXPECT_FALSE(names.may_be_missing("shared.weight"));
  EXPECT_TRUE(names.carries_nothing("model.encoder.embed_positions.weight"));
  EXPECT_FALSE(names.carries_nothing("model.encoder.layers.0.fc1.weight"));
}

}  // namespace
}  // namespace roformer::checkpoint
