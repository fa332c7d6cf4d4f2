#include "roformer/head/language_model.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

LanguageModel random_model(const model::EncoderConfig& config) {
  LanguageModel model(config);
  randomise(*model);
  return model;
}

TEST(LanguageModel, AnUntiedDecoderIsItsOwn) {
  auto config = small_config();
  config.tie_word_embeddings = false;
  auto model = random_model(config);
  const torch::Tensor hidden = torch::randn({4, 8}), before = model->logits(hidden);
  model->encoder()->word_embeddings().data().zero_();
  EXPECT_TRUE(torch::equal(model->logits(hidden), before));
  parameter(*model, "cls.predictions.decoder.weight").data().zero_();
  expect_near(model->logits(hidden), parameter(*model, "cls.predictions.bias").expand({4, 30}));
}

TEST(LanguageModel, ATiedOneIsTheWords) {
  auto model = random_model(small_config());
  model->encoder()->word_embeddings().data().zero_();
  expect_near(model->logits(torch::randn({4, 8})),
              parameter(*model, "cls.predictions.bias").expand({4, 30}));
  EXPECT_EQ(model->named_parameters().size() - model->encoder()->named_parameters().size(), 5);
}

TEST(LanguageModel, ASecondRoFormerHasTheWordsAlone) {
  auto config = small_config();
  config.norm_type = "rms_norm";
  auto model = random_model(config);
  const torch::Tensor hidden = torch::randn({4, 8});
  EXPECT_EQ(model->named_parameters().size(), model->encoder()->named_parameters().size());
  expect_near(model->logits(hidden),
              torch::matmul(hidden, model->encoder()->word_embeddings().t()));
  config.embedding_size = 4;
  expect_message("embedding_size = hidden_size", [&] { LanguageModel other(config); });
}

// More rows than logits are made of at once, so that pieces meet.
TEST(LanguageModel, TheLossesOfTokensAddUpToTheLoss) {
  auto model = random_model(small_config());
  const torch::Tensor hidden = torch::randn({1100, 8}), labels = torch::randint(0, 30, {1100});
  const torch::Tensor losses = model->token_losses(hidden, labels);
  ASSERT_EQ(losses.sizes(), (std::vector<std::int64_t>{1100}));
  EXPECT_NEAR(losses.to(torch::kFloat64).sum().item<double>() / 1100,
              model->loss(hidden, labels).negative_log_likelihood / 1100, 1e-5);
  const torch::Tensor likelihood = torch::log_softmax(model->logits(hidden), 1);
  EXPECT_NEAR(losses[700].item<double>(),
              -likelihood[700][labels[700].item<std::int64_t>()].item<double>(), 1e-5);
  EXPECT_FALSE(losses.requires_grad());
  EXPECT_EQ(model->token_losses(hidden.slice(0, 0, 0), labels.slice(0, 0, 0)).size(0), 0);
}

TEST(LanguageModel, IsCausalWhereItLooksBack) {
  auto config = small_config();
  EXPECT_EQ(LanguageModel(config)->class_name(), "RoFormerForMaskedLM");
  config.is_decoder = true;
  EXPECT_EQ(LanguageModel(config)->class_name(), "RoFormerForCausalLM");
}

}  // namespace
}  // namespace roformer::head
