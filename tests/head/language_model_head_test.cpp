#include "roformer/head/language_model_head.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

LanguageModelHead random_predictions(const model::EncoderConfig& config) {
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(1);
  LanguageModelHead head(config);
  for (torch::Tensor& weight : head->parameters()) weight.normal_(0, 0.5);
  return head;
}

TEST(LanguageModelHead, AnUntiedDecoderIsItsOwn) {
  auto config = small_config();
  config.tie_word_embeddings = false;
  auto head = random_predictions(config);
  const torch::Tensor hidden = torch::randn({4, 8}), words = torch::randn({30, 8});
  EXPECT_TRUE(torch::equal(head(hidden, words), head(hidden, 2 * words)));
  parameter(*head, "decoder.weight").data().zero_();
  expect_near(head(hidden, words), parameter(*head, "bias").expand({4, 30}));
}

TEST(LanguageModelHead, ATiedOneIsTheWords) {
  auto head = random_predictions(small_config());
  const torch::Tensor hidden = torch::randn({4, 8});
  expect_near(head(hidden, torch::zeros({30, 8})), parameter(*head, "bias").expand({4, 30}));
  EXPECT_EQ(head->named_parameters().size(), 5);
}

TEST(LanguageModelHead, ASecondRoFormerHasTheWordsAlone) {
  auto config = small_config();
  config.norm_type = "rms_norm";
  LanguageModelHead head(config);
  EXPECT_TRUE(head->parameters().empty());
  const torch::Tensor hidden = torch::randn({4, 8}), words = torch::randn({30, 8});
  expect_near(head(hidden, words), torch::matmul(hidden, words.t()));
  config.embedding_size = 4;
  expect_message("embedding_size = hidden_size", [&] { LanguageModelHead other(config); });
}

}  // namespace
}  // namespace roformer::head
