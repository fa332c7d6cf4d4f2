#include "roformer/checkpoint/weight_names.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::checkpoint {
namespace {

TEST(WeightNames, FusedProjectionIsThreeTensors) {
  EXPECT_EQ(split_names("bert.encoder.layer.3.attention.self.qkv.bias"),
            (std::vector<std::string>{"bert.encoder.layer.3.attention.self.query.bias",
                                      "bert.encoder.layer.3.attention.self.key.bias",
                                      "bert.encoder.layer.3.attention.self.value.bias"}));
  EXPECT_EQ(split_names("classifier.weight"), std::vector<std::string>{"classifier.weight"});
}

TEST(WeightNames, TellsTheEncoderFromHeads) {
  EXPECT_EQ(name_in_encoder("roformer.encoder.layer.0.output.dense.bias"),
            "encoder.layer.0.output.dense.bias");
  EXPECT_EQ(name_in_encoder("embeddings.LayerNorm.bias"), "embeddings.LayerNorm.bias");
  EXPECT_EQ(name_in_encoder("embeddings_project.bias"), "embeddings_project.bias");
  EXPECT_EQ(name_in_encoder("cls.predictions.bias"), std::nullopt);
  EXPECT_TRUE(may_be_missing("classifier.out_proj.weight"));
  EXPECT_TRUE(may_be_missing("bert.pooler.dense.weight"));
  EXPECT_FALSE(may_be_missing("bert.embeddings.word_embeddings.weight"));
}

TEST(WeightNames, FindsThePrefix) {
  EXPECT_EQ(encoder_prefix({"bert.embeddings.word_embeddings.weight"}, "f"), "bert.");
  EXPECT_EQ(encoder_prefix({"roformer.embeddings.word_embeddings.weight"}, "f"), "roformer.");
  EXPECT_EQ(encoder_prefix({"embeddings.word_embeddings.weight"}, "f"), "");
  expect_error({"f:", "embeddings.word_embeddings.weight"},
               [] { encoder_prefix({"wte.weight"}, "f"); });
}

TEST(WeightNames, FindsOldNamesAndAliases) {
  EXPECT_EQ(find_name({"bert.embeddings.LayerNorm.gamma"}, "bert.", "embeddings.LayerNorm.weight"),
            "bert.embeddings.LayerNorm.gamma");
  EXPECT_EQ(find_name({"embeddings.LayerNorm.beta"}, "", "roformer.embeddings.LayerNorm.bias"),
            "embeddings.LayerNorm.beta");
  EXPECT_EQ(find_name({"cls.predictions.transform.LayerNorm.beta"}, "",
                      "cls.predictions.transform.LayerNorm.bias"),
            "cls.predictions.transform.LayerNorm.beta");
  EXPECT_EQ(find_name({"cls.predictions.bias"}, "", "cls.predictions.bias"),
            "cls.predictions.bias");
  EXPECT_EQ(find_name({"cls.predictions.bias", "cls.predictions.decoder.bias"}, "",
                      "cls.predictions.bias"),
            "cls.predictions.decoder.bias");
  EXPECT_EQ(find_name({"classifier.weight"}, "bert.", "classifier.weight"), "classifier.weight");
  EXPECT_EQ(find_name({"bert.classifier.weight"}, "bert.", "classifier.weight"), std::nullopt);
}

TEST(WeightNames, KnowsTablesThatCarryNothing) {
  EXPECT_TRUE(carries_nothing("roformer.encoder.embed_positions.weight"));
  EXPECT_TRUE(carries_nothing("embeddings.position_ids"));
  EXPECT_FALSE(carries_nothing("embeddings.position_embeddings.weight"));
}

}  // namespace
}  // namespace roformer::checkpoint
