#include "roformer/model/pooler.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "tests/base/test_files.h"

namespace roformer::model {
namespace {

using torch::Tensor;

EncoderConfig pooled_config() {
  EncoderConfig config;
  config.vocab_size = 9;
  config.hidden_size = config.embedding_size = 4;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 1;
  config.intermediate_size = 8;
  return config;
}

TEST(Pooler, ActivationsByName) {
  const Tensor x = torch::tensor({-1.0f, 0.0f, 2.0f});
  for (const char* name : {"", "linear"}) EXPECT_TRUE(torch::equal(pooled_activation(x, name), x));
  const Tensor expected = torch::tensor({-0.761594f, 0.0f, 0.964028f});
  EXPECT_TRUE(torch::allclose(pooled_activation(x, "tanh"), expected, 0, 1e-6));
  EXPECT_TRUE(torch::equal(pooled_activation(x, "relu"), torch::tensor({0.0f, 0.0f, 2.0f})));
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { pooled_activation(x, "sinus"); }), "sinus"));
}

TEST(Pooler, TheFirstTokenOfEachSequence) {
  packed::PackedBatch batch;
  batch.tokens = torch::zeros({9}, torch::kInt64);
  batch.cu_seqlens = torch::tensor({0, 3, 4, 9}, torch::kInt32);
  const Tensor rows = first_tokens(batch);
  EXPECT_EQ(rows.scalar_type(), torch::kInt64);
  EXPECT_TRUE(torch::equal(rows, torch::tensor({0, 3, 4})));
  batch.cu_seqlens = torch::tensor({0, 4, 4, 9}, torch::kInt32);
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { first_tokens(batch); }), "empty"));
  batch.tokens = torch::zeros({0}, torch::kInt64);
  batch.cu_seqlens = torch::tensor({0}, torch::kInt32);
  EXPECT_EQ(first_tokens(batch).numel(), 0);
}

TEST(Pooler, IsAProductAndItsActivation) {
  const torch::NoGradGuard no_gradient;
  const Tensor first = torch::tensor({{0.5f, -1.0f, 0.0f, 2.0f}});
  const Tensor product = 2 * first + 0.25;
  for (const char* name : {"tanh", "linear"}) {
    HeadConfig head;
    head.pooler_activation = name;
    PooledEncoder encoder(pooled_config(), head);
    const auto parameters = encoder->named_parameters();
    parameters["pooler.dense.weight"].copy_(2 * torch::eye(4));
    parameters["pooler.dense.bias"].fill_(0.25);
    const Tensor expected = std::string(name) == "tanh" ? product.tanh() : product;
    EXPECT_TRUE(torch::allclose(encoder->pool(first), expected, 0, 1e-6)) << name;
  }
}

}  // namespace
}  // namespace roformer::model
