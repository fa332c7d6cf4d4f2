// tests of model/: output layer and loss as one operator, against LibTorch's own.
#include "roformer/model/vocabulary_loss.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>

#include "roformer/base/error.h"
#include "roformer/head/language_model.h"
#include "tests/packed/second_gradients.h"

namespace roformer::model {
namespace {

using torch::Tensor;

struct LossCase {
  std::int64_t rows, size, words;
  double smoothing;
  bool bias;
};

class VocabularyLossTest : public ::testing::TestWithParam<LossCase> {};

double relative_gap(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  const double scale = 1 + b.abs().max().item<double>();
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>() / scale;
}

Tensor exact(const Tensor& x) {
  return x.defined() ? x.detach().to(torch::kFloat64).requires_grad_(x.requires_grad()) : x;
}

TEST_P(VocabularyLossTest, SecondGradientsAreThoseOfTheComposedForm) {
  const LossCase& c = GetParam();
  if (c.rows == 0 || c.words == 1 || c.words > 2000) GTEST_SKIP();
  torch::manual_seed(7);
  std::vector<Tensor> inputs = {torch::randn({c.rows, c.size}), torch::randn({c.words, c.size})};
  if (c.bias) inputs.push_back(torch::randn({c.words}));
  const Tensor labels = torch::randint(0, c.words, {c.rows}, torch::kInt64);
  const auto bias_of = [](const auto& in) { return in.size() > 2 ? in[2] : Tensor(); };
  packed::expect_second_gradients(
      [&](const auto& in) {
        return vocabulary_loss(in[0], in[1], bias_of(in), labels, c.smoothing).loss;
      },
      [&](const auto& in) {
        return vocabulary_loss_composed(in[0], in[1], bias_of(in), labels, c.smoothing).loss;
      },
      inputs, 1e-4);
}

TEST_P(VocabularyLossTest, EqualsComposedInDoublePrecision) {
  const LossCase& c = GetParam();
  torch::manual_seed(6);
  std::vector<Tensor> inputs = {torch::randn({c.rows, c.size}), torch::randn({c.words, c.size})};
  if (c.bias) inputs.push_back(torch::randn({c.words}));
  std::vector<Tensor> doubles;
  for (Tensor& input : inputs) doubles.push_back(exact(input.requires_grad_(true)));
  const Tensor labels = torch::randint(0, c.words, {c.rows}, torch::kInt64);
  const auto bias_of = [&](const std::vector<Tensor>& of) { return c.bias ? of[2] : Tensor(); };
  const Tensor factor = torch::tensor(0.5);  // an upstream gradient other than 1
  const auto expected =
      vocabulary_loss_composed(doubles[0], doubles[1], bias_of(doubles), labels, c.smoothing);
  const auto gradients = torch::autograd::grad({expected.loss * factor}, doubles);
  const auto expect_same = [&](const std::vector<Tensor>& of, std::int64_t most_logits) {
    const auto found = vocabulary_loss(of[0], of[1], bias_of(of), labels, c.smoothing, most_logits);
    EXPECT_NEAR(found.loss.item<double>(), expected.loss.item<double>(),
                1e-5 * (1 + expected.loss.item<double>()));
    EXPECT_NEAR(found.negative_log_likelihood, expected.negative_log_likelihood,
                1e-5 * (1 + expected.negative_log_likelihood));
    EXPECT_EQ(found.correct, expected.correct);
    const auto ours = torch::autograd::grad({found.loss * factor}, of);
    for (std::size_t i = 0; i < of.size(); ++i)
      EXPECT_LE(relative_gap(ours[i], gradients[i]), 1e-5) << i << " of " << most_logits;
    const torch::NoGradGuard no_gradient;
    EXPECT_EQ(vocabulary_loss(of[0], of[1], bias_of(of), labels, c.smoothing, most_logits)
                  .loss.item<double>(),
              found.loss.item<double>());
  };
  // At once, one row more than a piece, pieces of 7 rows, of one row.
  for (const std::int64_t rows :
       {c.rows + 1, std::max<std::int64_t>(1, c.rows - 1), std::int64_t{7}, std::int64_t{0}}) {
    expect_same(inputs, rows * c.words);
    expect_same(doubles, rows * c.words);  // the operators of LibTorch, in the same pieces
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, VocabularyLossTest,
    ::testing::Values(LossCase{0, 8, 11, 0.1, true}, LossCase{1, 4, 1, 0.1, false},
                      LossCase{3, 4, 1, 0, true}, LossCase{1, 8, 2, 0.1, true},
                      LossCase{33, 16, 67, 0, true}, LossCase{33, 16, 67, 0, false},
                      LossCase{130, 24, 501, 0.1, true}, LossCase{7, 32, 4000, 0.3, false}));

// With PyTorch's own label smoothing, which spreads ε over all V words, the label's included:
// fairseq's ε is PyTorch's times (V − 1) / V.
TEST(VocabularyLoss, IsTheCrossEntropyOfTorchUnderItsDefinition) {
  torch::manual_seed(1);
  const std::int64_t words = 37;
  const Tensor hidden = torch::randn({9, 8}), weight = torch::randn({words, 8});
  const Tensor labels = torch::randint(0, words, {9}, torch::kInt64);
  const Tensor logits = torch::mm(hidden, weight.t());
  for (const double smoothing : {0.0, 0.1}) {
    const double fairseq = smoothing * (words - 1) / words;
    const Tensor expected =
        torch::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, -100, smoothing);
    EXPECT_NEAR(vocabulary_loss(hidden, weight, {}, labels, fairseq).loss.item<double>(),
                expected.item<double>(), 1e-3);
  }
}

// Each of the three alone, and none: what does not ask for a gradient gets none.
TEST(VocabularyLoss, GradientsGoWhereTheyAreAskedFor) {
  torch::manual_seed(2);
  const std::vector<Tensor> values = {torch::randn({5, 8}), torch::randn({11, 8}),
                                      torch::randn({11})};
  const Tensor labels = torch::tensor({0, 3, 10, 3, 7});
  std::vector<Tensor> all;
  for (const Tensor& value : values) all.push_back(value.clone().requires_grad_(true));
  vocabulary_loss(all[0], all[1], all[2], labels, 0.1).loss.backward();
  for (std::size_t asked = 0; asked < 4; ++asked) {
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < 3; ++i)
      inputs.push_back(values[i].clone().requires_grad_(i == asked));
    const Tensor loss = vocabulary_loss(inputs[0], inputs[1], inputs[2], labels, 0.1).loss;
    EXPECT_EQ(loss.requires_grad(), asked < 3);
    if (asked == 3) continue;
    loss.backward();
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(inputs[i].grad().defined(), i == asked);
      if (i == asked) {
        EXPECT_TRUE(torch::equal(inputs[i].grad(), all[i].grad()));
      }
    }
  }
}

// A table of words that is the output layer too gets both of its gradients.
TEST(VocabularyLoss, TiedWordsGetBothGradients) {
  torch::manual_seed(3);
  const Tensor words = torch::randn({13, 8}).requires_grad_(true), twin = exact(words);
  const Tensor ids = torch::tensor({1, 5, 5, 12}), labels = torch::tensor({5, 5, 12, 0});
  vocabulary_loss(torch::embedding(words, ids), words, {}, labels).loss.backward();
  vocabulary_loss_composed(torch::embedding(twin, ids), twin, {}, labels).loss.backward();
  EXPECT_LE(relative_gap(words.grad(), twin.grad()), 1e-6);
}

// Of equal logits the first counts, as argmax has it.
TEST(VocabularyLoss, TheFirstOfTheLargestIsTheAnswer) {
  const Tensor weight = torch::zeros({40, 1}), hidden = torch::ones({40, 1});
  const Tensor labels = torch::arange(40);
  EXPECT_EQ(vocabulary_loss(hidden, weight, {}, labels).correct, 1);
  Tensor bias = torch::zeros({40});
  bias[17] = bias[33] = 1;
  for (const bool gradient : {false, true}) {
    const Tensor x = hidden.clone().requires_grad_(gradient);
    for (const std::int64_t label : {16, 17, 33})
      EXPECT_EQ(vocabulary_loss(x, weight, bias, torch::full({40}, label)).correct,
                label == 17 ? 40 : 0);
  }
}

TEST(VocabularyLoss, RefusesLabelsOutOfRangeAndShowsWhatIsNotFinite) {
  const Tensor hidden = torch::ones({2, 4}), weight = torch::ones({5, 4});
  EXPECT_THROW(vocabulary_loss(hidden, weight, {}, torch::tensor({0, 5}), 0.1), Error);
  EXPECT_THROW(vocabulary_loss(hidden, weight, {}, torch::tensor({-1, 0}), 0.1), Error);
  EXPECT_THROW(vocabulary_loss(hidden, weight, {}, torch::tensor({0}), 0.1), Error);
  const Tensor spoilt = torch::full({2, 4}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(std::isnan(
      vocabulary_loss(spoilt, weight, {}, torch::tensor({0, 1}), 0.1).loss.item<double>()));
}

// A language model's loss is the cross entropy of its logits, for every weight of its head.
TEST(VocabularyLoss, OfALanguageModelIsThatOfItsLogits) {
  EncoderConfig config = preset("roformer-tiny");
  config.vocab_size = 37;
  config.hidden_size = 16;
  config.embedding_size = 12;
  config.num_attention_heads = 2;
  config.num_hidden_layers = 1;
  config.intermediate_size = 32;
  for (const bool tied : {true, false}) {
    config.tie_word_embeddings = tied;
    torch::manual_seed(1);
    head::LanguageModel model(config);
    const Tensor labels = torch::randint(0, 37, {23}, torch::kInt64);
    const Tensor input = torch::randn({23, 16});
    std::vector<std::vector<Tensor>> gradients;
    const auto keep_gradients = [&](const Tensor& hidden) {
      auto& kept = gradients.emplace_back(std::vector<Tensor>{hidden.grad()});
      for (const auto& item : model->named_parameters())
        if (item.value().grad().defined()) kept.push_back(item.value().grad().clone());
      model->zero_grad();
    };
    const Tensor hidden = input.clone().requires_grad_(true);
    const auto ours = model->loss(hidden * 2, labels);
    (ours.loss * 3).backward();
    keep_gradients(hidden);
    const Tensor other = input.clone().requires_grad_(true);
    const Tensor logits = model->logits(other * 2);
    const Tensor theirs = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum);
    (theirs * 3).backward();
    keep_gradients(other);
    EXPECT_NEAR(ours.loss.item<double>(), theirs.item<double>(), 1e-3);
    EXPECT_EQ(ours.correct, logits.argmax(-1).eq(labels).sum().item<std::int64_t>());
    ASSERT_EQ(gradients[0].size(), 7u);  // hidden; bias, product and norm; words or decoder
    ASSERT_EQ(gradients[1].size(), 7u);
    for (std::size_t i = 0; i < 7; ++i)
      EXPECT_LE(relative_gap(gradients[0][i], gradients[1][i]), 1e-5) << i;
  }
}

}  // namespace
}  // namespace roformer::model
