#include "roformer/head/language_model.h"
#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// decoder(LayerNorm(gelu(dense(h)))) + bias, the decoder being the word embeddings.
Tensor written_out(ModelWithHead& model, const Tensor& hidden) {
  const std::string transform = "cls.predictions.transform.";
  const Tensor inner = torch::gelu(product(model.module(), transform + "dense", hidden));
  const Tensor normed = torch::layer_norm(
      inner, {inner.size(-1)}, parameter(model.module(), transform + "LayerNorm.weight"),
      parameter(model.module(), transform + "LayerNorm.bias"), 1e-12);
  return torch::matmul(normed, model.encoder()->word_embeddings().t()) +
         parameter(model.module(), "cls.predictions.bias");
}

TEST(MaskedLanguageModelHead, LogitsAreTheTransformTimesTheWords) {
  auto model = random_head("ForMaskedLM", small_config());
  const Answer found = answer(*model, small_inputs());
  expect_near(found["logits"], found.call.unpack(written_out(*model, found.hidden)));
  EXPECT_EQ(found["logits"].index({small_mask().eq(0)}).abs().max().item<float>(), 0);
  EXPECT_FALSE(found.outputs.contains("loss"));
  EXPECT_EQ(found.hidden.size(0), small_mask().sum().item<std::int64_t>());  // tokens alone
}

TEST(MaskedLanguageModelHead, SomePositionsAreThoseOfAll) {
  LanguageModel model(small_config());
  randomise(*model);
  const PaddedCall call(small_inputs(), *model, torch::kCPU);
  const Tensor places = torch::tensor({11, 0, 4});
  expect_near(model(call.batch(), places), model(call.batch(), Tensor()).index_select(0, places));
}

TEST(MaskedLanguageModelHead, TheLossIsOfTheLabelledTokens) {
  auto model = random_head("ForMaskedLM", small_config());
  Tensor labels = torch::full({3, 5}, -100, torch::kInt64);
  labels[0][2] = 4;
  labels[1][1] = 29;
  labels[1][4] = 3;  // a padded place, which counts in no loss
  const Answer found = answer_with(*model, "labels", labels);
  const Tensor chances = found["logits"].log_softmax(-1);
  expect_near(found["loss"], -(chances[0][2][4] + chances[1][1][29]) / 2);
}

TEST(MaskedLanguageModelHead, LabelsAreWordsOfTheVocabulary) {
  auto model = random_head("ForMaskedLM", small_config());
  const auto label = [&](std::int64_t value) {
    answer_with(*model, "labels", torch::full({3, 5}, value, torch::kInt64));
  };
  label(29);
  expect_message("labels from 0 to 29 but got 30", [&] { label(30); });
  expect_message("but got -1", [&] { label(-1); });
  expect_message("labels of shape (3, 5)",
                 [&] { answer_with(*model, "labels", torch::zeros({3}, torch::kInt64)); });
}

}  // namespace
}  // namespace roformer::head
