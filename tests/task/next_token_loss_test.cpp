#include "roformer/task/next_token_loss.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace roformer::task {
namespace {

// Loss, correct answers and gradients are the same in pieces and at once.
TEST(NextTokenLossTest, PiecesChangeNothing) {
  model::EncoderConfig config;
  config.vocab_size = 37;
  config.hidden_size = config.embedding_size = 16;
  config.num_attention_heads = 2;
  config.num_hidden_layers = 1;
  config.intermediate_size = 32;
  config.is_decoder = true;
  torch::manual_seed(1);
  head::CausalLanguageModel model(config);
  const auto labels = torch::randint(0, 37, {23}, torch::kInt64);
  const auto input = torch::randn({23, 16});
  std::vector<std::vector<torch::Tensor>> gradients;
  std::vector<TokenLoss> losses;
  for (const std::int64_t most : {1 << 20, 37 * 5, 1}) {
    model->zero_grad();
    const auto hidden = input.clone().requires_grad_(true);
    losses.push_back(next_token_loss(*model, hidden * 2, labels, most));
    (losses.back().loss * 3).backward();
    auto& kept = gradients.emplace_back();
    kept.push_back(hidden.grad().clone());
    for (const auto& item : model->named_parameters()) {
      if (item.value().grad().defined()) kept.push_back(item.value().grad().clone());
    }
  }
  for (const std::size_t other : {1u, 2u}) {
    EXPECT_NEAR(losses[other].loss.item<double>(), losses[0].loss.item<double>(), 1e-3);
    EXPECT_EQ(losses[other].correct, losses[0].correct);
    ASSERT_EQ(gradients[other].size(), gradients[0].size());
    ASSERT_GE(gradients[0].size(), 6u);
    for (std::size_t i = 0; i < gradients[0].size(); ++i)
      EXPECT_TRUE(torch::allclose(gradients[other][i], gradients[0][i], 1e-4, 1e-5)) << i;
  }
}

}  // namespace
}  // namespace roformer::task
