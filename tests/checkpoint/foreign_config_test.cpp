#include "roformer/checkpoint/foreign_config.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/tensors_in_memory.h"

namespace roformer::checkpoint {
namespace {

CheckpointConfig read(const char* text, std::initializer_list<const char*> names) {
  format::TensorMap tensors;
  for (const char* name : names) tensors[name] = torch::zeros({1});
  return parse_foreign_config(text, "c.json", TensorsInMemory(tensors));
}

TEST(ForeignConfig, WeightsTellTheModel) {
  const auto bert = read("{}", {"bert.embeddings.position_embeddings.weight", "x.LayerNorm.bias"});
  EXPECT_EQ(bert.encoder.model_type, "bert");
  EXPECT_EQ(bert.encoder.norm_type, "layer_norm");
  const auto roformer = read("{}", {"bert.embeddings.LayerNorm.weight"});
  EXPECT_EQ(roformer.encoder.model_type, "roformer");
  EXPECT_EQ(roformer.encoder.norm_type, "layer_norm");
  const auto second = read("{}", {"embeddings.word_embeddings.weight"});
  EXPECT_EQ(second.encoder.norm_type, "rms_norm");
  EXPECT_FALSE(second.encoder.use_bias);
}

TEST(ForeignConfig, WhatTheFileSaysStands) {
  const auto said = read(R"({"use_bias":true,"hidden_size":96,"num_attention_heads":6})",
                         {"embeddings.word_embeddings.weight"});
  EXPECT_TRUE(said.encoder.use_bias);
  EXPECT_EQ(said.encoder.hidden_size, 96);
  const auto named =
      read(R"({"model_type":"roformer"})", {"bert.embeddings.position_embeddings.weight"});
  EXPECT_EQ(named.encoder.model_type, "roformer");
}

TEST(ForeignConfig, NamesTheFileThatIsNone) {
  expect_error({"c.json"}, [] { read("[]", {}); });
  expect_error({"c.json"}, [] { read("{", {}); });
  expect_error({"c.json", "hidden_size"}, [] { read(R"({"hidden_size":"x"})", {"a"}); });
}

}  // namespace
}  // namespace roformer::checkpoint
