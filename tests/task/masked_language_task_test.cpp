#include "roformer/task/masked_language_task.h"

#include <gtest/gtest.h>

#include <cmath>
#include <future>

#include "roformer/task/text_material.h"
#include "roformer/train/task.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

class MaskedLanguageTaskTest : public testing::Test {
 protected:
  Recipe recipe(const std::vector<std::string>& changes = {}) const {
    return tests::read_tiny(files_, tests::tiny_language_recipe(files_, "masked_lm"), changes);
  }
  std::unique_ptr<RecipeTask> make(const Recipe& recipe) const {
    return open_material(recipe)->make_task(recipe, torch::kCPU);
  }
  tests::TestFolder files_;
};

TEST_F(MaskedLanguageTaskTest, AnUntrainedModelGuessesEvenly) {
  const auto task = make(recipe());
  const auto figures = train::evaluate(*task, data::Split::validation);
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[0].first, "loss");
  EXPECT_NEAR(figures[0].second, std::log(55), 0.1);  // 50 words and five special tokens
  EXPECT_EQ(figures[1].first, "accuracy");
  EXPECT_LT(figures[1].second, 0.2);
}

TEST_F(MaskedLanguageTaskTest, ALossIsAFunctionOfRequestAndSeed) {
  const auto task = make(recipe({"model.hidden_dropout_prob=0.3"}));
  const data::Stage stage = recipe().training.stages[0];
  const auto loss = [&](const data::BatchRequest& request, std::uint64_t seed) {
    return task->loss(task->batch(request), seed).loss.item<double>();
  };
  const double first = loss({stage, 0, 2}, 5);
  EXPECT_EQ(loss({stage, 0, 2}, 5), first);
  EXPECT_NE(loss({stage, 0, 2}, 6), first);  // another dropout
  EXPECT_NE(loss({stage, 0, 3}, 5), first);
  auto elsewhere = std::async(std::launch::async, [&] { return task->batch({stage, 0, 2}); });
  EXPECT_EQ(task->loss(elsewhere.get(), 5).loss.item<double>(), first);
  const auto sum = task->loss(task->batch({stage, 0, 2}), 5);
  EXPECT_GT(sum.targets, 0);
  EXPECT_LE(sum.correct, sum.targets);
  EXPECT_GT(sum.tokens, sum.targets);
  EXPECT_NEAR(sum.negative_log_likelihood, first, 1e-4 * first);
}

TEST_F(MaskedLanguageTaskTest, AFinishedModelHasFurtherFigures) {
  const Recipe plain = recipe();
  const auto task = make(plain);
  task->save_model(files_.path() / "model");
  const auto figures =
      evaluate_model(plain, files_.path() / "model", data::Split::validation, torch::kCPU);
  ASSERT_EQ(figures.size(), 5u);
  EXPECT_EQ(figures[0].second, train::evaluate(*task, data::Split::validation)[0].second);
  EXPECT_EQ(figures[2].first, "perplexity");
  EXPECT_DOUBLE_EQ(figures[2].second, std::exp(figures[0].second));
  const auto corpus = text_of<MaskedLanguageTask>(*open_material(plain));
  const data::MaskedLanguageSource source(corpus, plain.seed);
  const auto guess = guess_accuracy(plain.evaluation, source);
  EXPECT_EQ(figures[3],
            std::pair(std::string("accuracy_of_most_frequent_word"), guess.most_frequent));
  EXPECT_EQ(figures[4],
            std::pair(std::string("accuracy_of_both_neighbours_guess"), guess.neighbours));
  const auto on_test =
      evaluate_model(plain, files_.path() / "model", data::Split::test, torch::kCPU);
  EXPECT_NE(on_test[0].second, figures[0].second);
  EXPECT_EQ(on_test[4].second,
            guess_accuracy(plain.evaluation, source, data::Split::test).neighbours);
  const Recipe without = recipe({"data.test_share=0"});
  EXPECT_TRUE(has_text(error_message([&] {
                         evaluate_model(without, files_.path() / "model", data::Split::test,
                                        torch::kCPU);
                       }),
                       "there is none in the test part"));
}

TEST_F(MaskedLanguageTaskTest, TextThatDoesNotFitIsRefused) {
  EXPECT_TRUE(has_text(error_message([&] { make(recipe({"model.vocab_size=7"})); }),
                       "model.vocab_size to be the 55 of the vocabulary"));
  EXPECT_TRUE(has_text(error_message([&] { make(recipe({"data.validation_share=0"})); }),
                       "expected held-out text to evaluate on but there is none"));
}

TEST_F(MaskedLanguageTaskTest, AnotherModelThanTheRecipesIsRefused) {
  make(recipe())->save_model(files_.path() / "model");
  const auto load = [&](const std::vector<std::string>& changes) {
    const Recipe other = recipe(changes);
    return error_message(
        [&] { open_material(other)->load_task(other, files_.path() / "model", torch::kCPU); });
  };
  EXPECT_EQ(load({}), "no error");
  EXPECT_TRUE(has_text(load({"model.position_encoding=none"}), "position_encoding = \"none\""));
  EXPECT_TRUE(has_text(load({"model.rope_theta=500"}), "rope_theta"));
}

}  // namespace
}  // namespace roformer::task
