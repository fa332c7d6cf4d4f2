#include "roformer/task/ranking_task.h"

#include <gtest/gtest.h>

#include "tests/task/labelled_recipes.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

// Query i has i % 3 + 2 rows, of which the one that repeats its word is best. Rows of one query
// stand apart.
std::string rankings(int queries) {
  std::string text = "query,row,grade\n";
  for (int row = 0; row < 4; ++row) {
    for (int query = 0; query < queries; ++query) {
      if (row >= query % 3 + 2) continue;
      const bool best = row == query % 2;
      text += "w" + std::to_string(query) + ",w" + std::to_string(best ? query : 20 + row) + "," +
              (best ? "1.5" : "0") + "\n";
    }
  }
  return text;
}

class RankingTaskTest : public ::testing::Test {
 protected:
  Recipe recipe(const std::string& rows, const std::vector<std::string>& changes = {}) const {
    const auto file = files_.write("rankings.csv", rows).string();
    return tests::read_tiny(
        files_,
        tests::tiny_labelled_recipe(files_, "ranking",
                                    "train = [\"" + file + "\"]\nvalidation = [\"" + file +
                                        "\"]\ntest_share = 0.0\ntext = \"query\"\n"
                                        "text_pair = \"row\"\nlabel = \"grade\"\n"),
        changes);
  }
  tests::TestFolder files_;
};

TEST_F(RankingTaskTest, BatchesAreSumsOfQueries) {
  const Recipe plain = recipe(rankings(12));
  const auto material = open_material(plain);
  const auto text = text_of<RankingTask>(*material);
  EXPECT_EQ(text->part(data::Split::training).num_examples(), 12);
  const auto task = material->make_task(plain, torch::kCPU);
  const labelled::ExampleSource source(text, 0);
  tests::expect_batch_is_the_sum_of_its_examples(
      *task, source.batch_of(data::Split::training, {2, 7}),
      {source.batch_of(data::Split::training, {2}), source.batch_of(data::Split::training, {7})});
}

TEST_F(RankingTaskTest, PairsOfDifferentGradesAreTargets) {
  const Recipe plain = recipe("query,row,grade\nw1,w2,0\nw1,w3,1\nw1,w4,1\nw1,w5,2\n");
  const auto material = open_material(plain);
  const auto task = material->make_task(plain, torch::kCPU);
  const auto sum = task->loss(task->batch({plain.training.stages[0]}), 0);
  // Four draws of the only query: (3, 2), (4, 2), (5, 2), (5, 3), (5, 4) each.
  EXPECT_EQ(sum.targets, 4 * 5);
  const auto figures = train::evaluate(*task, data::Split::validation);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[1].first, "pair_accuracy");
  EXPECT_EQ(figures[2].first, "mean_reciprocal_rank");
}

TEST_F(RankingTaskTest, EachRowByItself) {
  const Recipe plain = recipe("query,row,grade\nw1,w2,0\nw1,w3,1\nw4,w5,1\nw4,w6 w7 w8,0\n",
                              {"task.pooling=mean", "task.loss=each"});
  const auto material = open_material(plain);
  const auto text = text_of<RankingTask>(*material);
  const auto task = material->make_task(plain, torch::kCPU);
  const labelled::ExampleSource source(text, 0);
  tests::expect_batch_is_the_sum_of_its_examples(
      *task, source.batch_of(data::Split::training, {0, 1}),
      {source.batch_of(data::Split::training, {0}), source.batch_of(data::Split::training, {1})});
  EXPECT_EQ(task->loss(source.batch_of(data::Split::training, {0, 1}), 0).targets, 4);
  const auto& ranking = dynamic_cast<const RankingTask&>(*task);
  const auto answers = ranking.answers_of(train::evaluated_part(*task, data::Split::validation));
  ASSERT_EQ(answers.right.size(), 2u);
  const auto figures = train::evaluate(*task, data::Split::validation);
  EXPECT_DOUBLE_EQ((answers.right[0] + answers.right[1]) / 2, figures[1].second);
  EXPECT_NE(answers.queries[0], answers.queries[1]);
}

TEST_F(RankingTaskTest, OtherGradesThanBinaryOnesHaveNoCrossEntropy) {
  const Recipe plain = recipe(rankings(4), {"task.loss=each"});
  EXPECT_TRUE(has_text(error_message([&] { open_material(plain)->make_task(plain, torch::kCPU); }),
                       "grades of 0 and 1 for task.loss = \"each\" but got 1.5"));
}

TEST_F(RankingTaskTest, QueriesWithoutAnOrderAreLeftOut) {
  const Recipe plain = recipe(rankings(5) + "w40,w1,3\nw40,w2,3\nw41,w1,0\n");
  const auto text = text_of<RankingTask>(*open_material(plain));
  EXPECT_EQ(text->part(data::Split::training).num_examples(), 5);
}

TEST_F(RankingTaskTest, BadRowsAndKeysAreNamed) {
  EXPECT_TRUE(has_text(
      error_message([&] { open_material(recipe("query,row,grade\nw1,w2,best\n")); }), ":2"));
  EXPECT_TRUE(
      has_text(error_message([&] { open_material(recipe(rankings(4), {"data.text_pair="})); }),
               "text_pair"));
  EXPECT_FALSE(error_message([&] { recipe(rankings(4), {"data.group=query"}); }).empty());
}

}  // namespace
}  // namespace roformer::task
