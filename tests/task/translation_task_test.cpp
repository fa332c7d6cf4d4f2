#include "roformer/task/translation_task.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/train/task.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

class TranslationTaskTest : public testing::Test {
 protected:
  Recipe recipe(const std::vector<std::string>& changes = {}) const {
    return tests::read_tiny(files_, tests::tiny_translation_recipe(files_), changes);
  }
  static std::unique_ptr<RecipeTask> make(const Recipe& recipe) {
    return open_material(recipe)->make_task(recipe, torch::kCPU);
  }
  tests::TestFolder files_;
};

TEST_F(TranslationTaskTest, FiguresOfAnUntrainedModel) {
  const auto task = make(recipe());
  const auto figures = train::evaluate(*task, data::Split::validation);
  std::vector<std::string> names;
  for (const auto& [name, value] : figures) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"loss", "negative_log_likelihood", "perplexity",
                                             "accuracy", "bleu"}));
  EXPECT_DOUBLE_EQ(figures[2].second, std::exp(figures[1].second));
  EXPECT_GE(figures[4].second, 0);
  EXPECT_LE(figures[4].second, 100);
}

TEST_F(TranslationTaskTest, WithoutSmoothingTheLossIsTheLikelihood) {
  const auto task = make(recipe({"task.label_smoothing=0", "evaluate.bleu_sentences=0"}));
  const auto figures = train::evaluate(*task, data::Split::validation);
  ASSERT_EQ(figures.size(), 4u);  // no BLEU
  EXPECT_NEAR(figures[0].second, figures[1].second, 1e-5);
}

TEST_F(TranslationTaskTest, TargetsAreTheTargetsWordsAndTokensBothSides) {
  const auto task = make(recipe());
  const auto batch = task->batch({recipe().training.stages[0]});
  const auto& pairs = std::any_cast<const data::PairBatch&>(batch);
  const auto sum = task->loss(batch, 0);
  EXPECT_EQ(sum.targets, std::ssize(pairs.labels));
  EXPECT_EQ(sum.tokens, std::ssize(pairs.labels) + std::ssize(pairs.source.tokens));
}

TEST_F(TranslationTaskTest, RecipesOfOurOwnDefaults) {
  const Recipe plain = recipe({"evaluate.bleu_sentences=-1"});
  const auto& options = options_of<TranslationOptions>(plain);
  EXPECT_EQ(options.label_smoothing, 0.1);
  EXPECT_EQ(options.bleu_sentences, -1);
  EXPECT_EQ(options.beam.beam_size, 4);
  EXPECT_EQ(options.beam.length_penalty, 0.6);
  EXPECT_EQ(plain.training.keep_last, 5);
  EXPECT_TRUE(plain.training.keep_best);
  EXPECT_EQ(plain.evaluation.sequences, 0);
  EXPECT_EQ(plain.training.optimizer.beta2, 0.98);
  EXPECT_EQ(plain.training.schedule.initial_ratio, 2e-4);
}

TEST_F(TranslationTaskTest, ARecipeThatDoesNotFitItselfIsRefusedBeforeItsTextIsRead) {
  const auto read = [&](const std::string& change) {
    return error_message([&] { recipe({"data.source=/absent", "data.target=/absent", change}); });
  };
  EXPECT_EQ(read("run.seed=1"), "no error");
  EXPECT_TRUE(has_text(read("model.num_attention_heads=3"), "num_attention_heads"));
  EXPECT_TRUE(has_text(read("task.label_smoothing=1"), "label_smoothing"));
  EXPECT_TRUE(has_text(read("evaluate.beam_size=0"), "beam_size"));
  EXPECT_TRUE(has_text(read("stage.0.length=8"), "data.max_length"));
  const std::string positions = error_message([&] {
    recipe({"data.source=/absent", "data.target=/absent", "model.position_encoding=learned",
            "model.max_position_embeddings=100"});
  });
  EXPECT_TRUE(has_text(positions, "data.max_length and the end, 251, but got 100")) << positions;
}

TEST_F(TranslationTaskTest, HeldOutPartsThatAreNotThereAreNamed) {
  const auto task = make(recipe({"data.test_share=0"}));
  EXPECT_TRUE(has_text(error_message([&] { train::evaluate(*task, data::Split::test); }),
                       "data.test_source"));
}

}  // namespace
}  // namespace roformer::task
