#include "roformer/checkpoint/weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/tensors_in_memory.h"

namespace roformer::checkpoint {
namespace {

Weights weights_of(const format::TensorMap& tensors, const char* format = "safetensors") {
  return Weights(std::make_shared<TensorsInMemory>(tensors, format::find_tensor_format(format)));
}

TEST(Weights, OldAndWrappedNamesAreHuggingFaces) {
  const torch::Tensor gamma = torch::ones({2}), beta = torch::zeros({2}), other = torch::ones({3});
  const Weights weights = weights_of({{"module.bert.embeddings.LayerNorm.gamma", gamma},
                                      {"module.bert.embeddings.LayerNorm.beta", beta},
                                      {"classifier.bias", other}});
  EXPECT_EQ(weights.entries().size(), 3u);
  EXPECT_TRUE(torch::equal(weights.tensor("bert.embeddings.LayerNorm.weight"), gamma));
  EXPECT_TRUE(torch::equal(weights.tensor("bert.embeddings.LayerNorm.bias"), beta));
  EXPECT_EQ(weights.name_in_file("bert.embeddings.LayerNorm.bias"),
            "module.bert.embeddings.LayerNorm.beta");
  EXPECT_EQ(weights.name_in_file("classifier.bias"), "classifier.bias");
  EXPECT_EQ(weights.renamed(), 2u);
  expect_error({"f:", "'bert.embeddings.LayerNorm.gamma'"},
               [&] { weights.tensor("bert.embeddings.LayerNorm.gamma"); });
}

TEST(Weights, TensorFlowsKernelsAreTurned) {
  const torch::Tensor kernel = torch::arange(6, torch::kFloat).view({2, 3});
  const Weights weights = weights_of({{"bert/pooler/dense/kernel", kernel},
                                      {"bert/embeddings/word_embeddings", torch::ones({4, 2})},
                                      {"bert/pooler/dense/kernel/adam_m", kernel},
                                      {"global_step", torch::tensor(7)}},
                                     "tensorflow");
  EXPECT_EQ(weights.entries().at("bert.pooler.dense.weight").shape,
            (std::vector<std::int64_t>{3, 2}));
  EXPECT_TRUE(torch::equal(weights.tensor("bert.pooler.dense.weight"), kernel.t()));
  EXPECT_EQ(weights.entries().at("bert.embeddings.word_embeddings.weight").shape,
            (std::vector<std::int64_t>{4, 2}));
  EXPECT_EQ(weights.training_state(),
            (std::vector<std::string>{"bert/pooler/dense/kernel/adam_m", "global_step"}));
}

TEST(Weights, AWeightUnderTwoNamesIsRefused) {
  expect_error({"f:", "'x.LayerNorm.weight' twice", "'x.LayerNorm.weight' too"}, [] {
    weights_of({{"x.LayerNorm.gamma", torch::ones({1})}, {"x.LayerNorm.weight", torch::ones({1})}});
  });
}

}  // namespace
}  // namespace roformer::checkpoint
