#include "roformer/head/language_model_head.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

LanguageModelHead random_predictions(const model::EncoderConfig& config,
                                     const torch::Tensor& words) {
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(1);
  LanguageModelHead head(config, words);
  for (torch::Tensor& weight : head->parameters()) weight.normal_(0, 0.5);
  return head;
}

TEST(LanguageModelHead, AnUntiedDecoderIsItsOwn) {
  auto config = small_config();
  config.tie_word_embeddings = false;
  const torch::Tensor words = torch::randn({30, 8}), hidden = torch::randn({4, 8});
  auto head = random_predictions(config, words);
  const torch::Tensor before = head(hidden);
  words.zero_();
  EXPECT_TRUE(torch::equal(head(hidden), before));
  parameter(*head, "decoder.weight").data().zero_();
  expect_near(head(hidden), parameter(*head, "bias").expand({4, 30}));
}

TEST(LanguageModelHead, ATiedOneIsTheWords) {
  const torch::Tensor words = torch::zeros({30, 8}), hidden = torch::randn({4, 8});
  auto head = random_predictions(small_config(), words);
  expect_near(head(hidden), parameter(*head, "bias").expand({4, 30}));
  EXPECT_EQ(head->named_parameters().size(), 5);
}

TEST(LanguageModelHead, ASecondRoFormerHasTheWordsAlone) {
  auto config = small_config();
  config.norm_type = "rms_norm";
  const torch::Tensor words = torch::randn({30, 8}), hidden = torch::randn({4, 8});
  LanguageModelHead head(config, words);
  EXPECT_TRUE(head->parameters().empty());
  expect_near(head(hidden), torch::matmul(hidden, words.t()));
  config.embedding_size = 4;
  expect_message("embedding_size = hidden_size", [&] { LanguageModelHead other(config, words); });
}

}  // namespace
}  // namespace roformer::head
