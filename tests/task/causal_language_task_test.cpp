#include "roformer/task/causal_language_task.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "roformer/train/task.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

class CausalLanguageTaskTest : public testing::Test {
 protected:
  Recipe words(const std::vector<std::string>& changes = {}) const {
    return tests::read_tiny(files_, tests::tiny_language_recipe(files_, "causal_lm"), changes);
  }
  Recipe bytes(const std::vector<std::string>& changes = {}) const {
    return tests::read_tiny(files_, tests::tiny_byte_recipe(files_), changes);
  }
  static std::unique_ptr<RecipeTask> make(const Recipe& recipe) {
    return open_material(recipe)->make_task(recipe, torch::kCPU);
  }
  tests::TestFolder files_;
};

TEST_F(CausalLanguageTaskTest, BytesHaveBitsPerCharacterOnBothHeldOutParts) {
  const auto task = make(bytes());
  for (const auto split : {data::Split::validation, data::Split::test}) {
    const auto figures = train::evaluate(*task, split);
    ASSERT_EQ(figures.size(), 3u);
    EXPECT_EQ(figures[2].first, "bits_per_character");
    EXPECT_DOUBLE_EQ(figures[2].second, figures[0].second / std::numbers::ln2);
    EXPECT_NEAR(figures[0].second, std::log(259), 0.2);
  }
}

TEST_F(CausalLanguageTaskTest, WordsHavePerplexity) {
  const auto figures = train::evaluate(*make(words()), data::Split::validation);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[2].first, "perplexity");
  EXPECT_NEAR(figures[2].second, std::exp(figures[0].second), 1e-4 * figures[2].second);
}

TEST_F(CausalLanguageTaskTest, EveryTokenIsATarget) {
  const auto task = make(words());
  // The shorter sequence at the end of the text is in another batch.
  const auto sum = task->loss(task->batch({words().training.stages[0], 0, 1}), 0);
  EXPECT_EQ(sum.targets, 4 * 16);
  EXPECT_EQ(sum.tokens, sum.targets);
  EXPECT_NEAR(sum.loss.item<double>() / 64, std::log(55), 0.2);
}

TEST_F(CausalLanguageTaskTest, TooLittleTextIsRefusedBeforeAModelIsDrawn) {
  EXPECT_TRUE(has_text(error_message([&] { make(words({"stage.0.length=5000"})); }),
                       "at least one sequence of 5000 tokens (stage.0.length)"));
  EXPECT_TRUE(has_text(error_message([&] { make(bytes({"data.validation_share=0"})); }),
                       "two or more bytes to evaluate on in the validation part"));
}

TEST_F(CausalLanguageTaskTest, PassagesScoreAsManyTokensAtEveryLength) {
  const auto targets = [&](const std::vector<std::string>& changes) {
    const auto task = make(bytes(changes));
    std::int64_t sum = 0;
    for (const auto& batch : task->held_out(data::Split::validation))
      sum += task->loss(batch, 0).targets;
    return sum;
  };
  EXPECT_EQ(targets({"evaluate.length=8", "evaluate.sequences=8", "evaluate.passage=32"}), 64);
  EXPECT_EQ(targets({"evaluate.length=32", "evaluate.sequences=2", "evaluate.passage=32"}), 64);
  EXPECT_FALSE(bytes().training.recipe.contains("evaluate.passage"));
  EXPECT_EQ(bytes({"evaluate.passage=32"}).training.recipe.at("evaluate.passage"), "32");
  EXPECT_TRUE(has_text(error_message([&] { bytes({"evaluate.passage=40"}); }),
                       "expected a multiple of evaluate.length, 16, but got 40"));
}

TEST_F(CausalLanguageTaskTest, WordsAreNotEvaluatedAsBytes) {
  make(words())->save_model(files_.path() / "words");
  EXPECT_TRUE(has_text(error_message([&] {
                         const Recipe recipe = bytes();
                         open_material(recipe)->load_task(recipe, files_.path() / "words",
                                                          torch::kCPU);
                       }),
                       "expected a tokenizer of bytes"));
}

}  // namespace
}  // namespace roformer::task
