#include "roformer/task/sentence_pairs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/task/material.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

using Numbers = std::vector<std::int64_t>;
using data::PairLabel;
using tests::error_message;
using tests::has_text;

TEST(AskedTokens, ClsOfEachPairBeforeItsMaskedWords) {
  data::MaskedBatch batch;
  for (const std::size_t size : {4u, 2u, 5u})
    batch.batch.append(std::vector<std::int64_t>(size, 7));
  batch.masked_positions = {1, 2, 5, 9};
  batch.pairs = {PairLabel::other_text, PairLabel::none, PairLabel::follows};
  const AskedTokens asked = asked_tokens(batch);
  EXPECT_EQ(asked.all, (Numbers{0, 1, 2, 5, 6, 9}));
  EXPECT_EQ(asked.masked, (Numbers{1, 2, 3, 5}));
  EXPECT_EQ(asked.first, (Numbers{0, 4}));
  EXPECT_EQ(asked.labels, (Numbers{1, 0}));
}

TEST(PairFigures, OfAllBatchesTogether) {
  const auto batch = [](std::vector<float> values) { return torch::tensor(values).view({-1, 3}); };
  const auto figures = pair_figures({batch({0, 0, 1, 2, 0, 0}), torch::Tensor(), batch({2, 0, 1})});
  EXPECT_EQ(figures[1].first, "next_sentence_accuracy");
  EXPECT_NEAR(figures[1].second, 1. / 3, 1e-9);
  const double right = std::log1p(std::exp(-2.)), wrong = std::log1p(std::exp(2.));
  EXPECT_NEAR(figures[0].second, (std::log(2.) + right + wrong) / 3, 1e-6);
  EXPECT_TRUE(std::isnan(pair_figures({})[0].second));
}

class SentencePairsTest : public testing::Test {
 protected:
  Recipe recipe(const char* family, std::vector<std::string> changes = {}) const {
    changes.insert(changes.begin(), {"data.segments=2", "data.next_sentence=true",
                                     std::string("model.preset=") + family + "-tiny"});
    return tests::read_tiny(files_, tests::tiny_language_recipe(files_, "masked_lm"), changes);
  }
  tests::TestFolder files_;
};

// The gradient of the pairs reaches the pooler; what was saved answers the same.
TEST_F(SentencePairsTest, BothFamiliesLearnBothTasks) {
  for (const char* family : {"roformer", "bert"}) {
    const Recipe own = recipe(family);
    const auto material = open_material(own);
    const auto task = material->make_task(own, torch::kCPU);
    const auto figures = train::evaluate(*task, data::Split::validation);
    ASSERT_EQ(figures.size(), 5u);
    EXPECT_EQ(figures[2].first, "masked_loss");
    EXPECT_EQ(figures[3].first, "next_sentence_loss");
    EXPECT_NEAR(figures[3].second, std::log(2.), 0.1);
    task->module().train();
    const auto sum = task->loss(task->batch({own.training.stages[0], 0, 0}), 1);
    EXPECT_GT(sum.loss.item<double>(), sum.negative_log_likelihood);
    sum.loss.backward();
    std::int64_t learned = 0;
    for (const auto& item : task->module().named_parameters()) {
      const bool is_of_pairs = item.key().find("pooler") != std::string::npos ||
                               item.key().find("seq_relationship") != std::string::npos;
      if (!is_of_pairs) continue;
      ++learned;
      EXPECT_GT(item.value().grad().abs().sum().item<double>(), 0) << item.key();
    }
    EXPECT_EQ(learned, 4);
    const auto folder = files_.path() / family;
    std::filesystem::create_directories(folder);
    task->save_model(folder);
    const auto again = material->load_task(own, folder, torch::kCPU);
    EXPECT_EQ(train::evaluate(*again, data::Split::validation), figures);
    const auto finished = evaluate_model(own, folder, data::Split::validation, torch::kCPU);
    EXPECT_EQ(finished[5].first, "perplexity");
    EXPECT_DOUBLE_EQ(finished[5].second, std::exp(finished[2].second));
  }
}

TEST_F(SentencePairsTest, WithoutTwoSegmentsThereAreNoPairs) {
  EXPECT_TRUE(
      has_text(error_message([&] { recipe("bert", {"data.segments=1"}); }), "data.segments = 2"));
}

}  // namespace
}  // namespace roformer::task
