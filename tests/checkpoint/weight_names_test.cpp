#include "roformer/checkpoint/weight_names.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/tensors_in_memory.h"

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

// A file of scalars under these names.
TensorsInMemory scalars(std::initializer_list<const char*> names) {
  format::TensorMap tensors;
  for (const char* name : names) tensors[name] = torch::zeros({});
  return TensorsInMemory(tensors);
}

TEST(WeightNames, FindsThePrefix) {
  EXPECT_EQ(find_encoder_prefix(scalars({"bert.embeddings.word_embeddings.weight"})), "bert.");
  EXPECT_EQ(find_encoder_prefix(scalars({"roformer.embeddings.word_embeddings.weight"})),
            "roformer.");
  EXPECT_EQ(find_encoder_prefix(scalars({"embeddings.word_embeddings.weight"})), "");
  EXPECT_EQ(find_encoder_prefix(scalars({"wte.weight"})), std::nullopt);
  expect_error({"f:", "embeddings.word_embeddings.weight"}, [] {
    EncoderNames(*std::make_shared<torch::nn::Module>(), scalars({"wte.weight"}));
  });
}

// All names that may stand for a parameter of one tensor.
std::vector<std::string> names_of(const NameMap& map, const std::string& parameter) {
  const auto parts = map.parts_of(parameter);
  EXPECT_EQ(parts.size(), 1u) << parameter;
  return parts.front().in_file;
}

using Names = std::vector<std::string>;

TEST(WeightNames, FindsNamesBehindAPrefixAndAliases) {
  const EncoderNames bert(*std::make_shared<torch::nn::Module>(),
                          scalars({"bert.embeddings.word_embeddings.weight"}));
  EXPECT_EQ(names_of(bert, "roformer.embeddings.LayerNorm.bias"),
            Names{"bert.embeddings.LayerNorm.bias"});
  EXPECT_EQ(names_of(bert, "classifier.weight"), Names{"classifier.weight"});
  EXPECT_EQ(names_of(bert, "bert.embeddings.word_embeddings.weight"),
            Names{"bert.embeddings.word_embeddings.weight"});
  const Names biases{"cls.predictions.decoder.bias", "cls.predictions.bias"};
  EXPECT_EQ(names_of(bert, "cls.predictions.bias"), biases);
  EXPECT_EQ(names_of(bert, "cls.predictions.decoder.bias"), biases);
}

TEST(WeightNames, ATiedDecoderIsTheWordEmbeddingsAgain) {
  const auto with_head = std::make_shared<torch::nn::Module>();
  with_head->register_module("cls", std::make_shared<torch::nn::Module>())
      ->register_module("predictions", std::make_shared<torch::nn::Module>());
  const EncoderNames names(*with_head, scalars({"embeddings.word_embeddings.weight"}));
  EXPECT_EQ(names_of(names, "bert.embeddings.word_embeddings.weight"),
            (Names{"embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"}));
}

TEST(WeightNames, KnowsTablesThatCarryNothing) {
  const EncoderNames names(*std::make_shared<torch::nn::Module>(),
                           scalars({"embeddings.word_embeddings.weight"}));
  EXPECT_TRUE(names.carries_nothing("roformer.encoder.embed_positions.weight"));
  EXPECT_TRUE(names.carries_nothing("embeddings.position_ids"));
  EXPECT_FALSE(names.carries_nothing("embeddings.position_embeddings.weight"));
}

}  // namespace
}  // namespace roformer::checkpoint
