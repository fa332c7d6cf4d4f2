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

TEST(LanguageModel, IsCausalWhereItLooksBack) {
  auto config = small_config();
  EXPECT_EQ(LanguageModel(config)->class_name(), "RoFormerForMaskedLM");
  config.is_decoder = true;
  EXPECT_EQ(LanguageModel(config)->class_name(), "RoFormerForCausalLM");
}

}  // namespace
}  // namespace roformer::head
