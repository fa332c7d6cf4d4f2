#include "roformer/task/embedding_task.h"

#include <gtest/gtest.h>

#include "roformer/task/label_figures.h"
#include "tests/task/labelled_recipes.h"

namespace roformer::task {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

std::string some_rows(int count) {
  std::string text = "text,partner,other,label\n";
  for (int i = 0; i < count; ++i) {
    const std::string word = "w" + std::to_string(i % 40);
    text += word + " w1 w2," + word + " w3,w4 w5 w" + std::to_string(i % 7) + "," +
            std::to_string(i % 6) + "\n";
  }
  return text;
}

class EmbeddingTaskTest : public ::testing::Test {
 protected:
  Recipe recipe(const std::string& keys, const std::string& data,
                const std::vector<std::string>& changes = {}) const {
    const auto file = files_.write("rows.csv", some_rows(20)).string();
    std::string text = tests::tiny_labelled_recipe(
        files_, "embedding",
        "train = [\"" + file + "\"]\nvalidation = [\"" + file + "\"]\ntest_share = 0.0\n" + data);
    text.replace(text.find("[model]"), 0, keys);
    return tests::read_tiny(files_, text, changes);
  }
  tests::TestFolder files_;
};

TEST_F(EmbeddingTaskTest, EachLossIsLearned) {
  struct Case {
    const char *keys, *data, *figure;
  };
  int number = 0;
  for (const Case& c :
       {Case{"loss = \"in_batch\"\n", "text_pair = \"partner\"\nnegative = \"other\"\n",
             "retrieval_accuracy"},
        Case{"loss = \"simcse\"\n", "", "loss"},
        Case{"loss = \"cosent\"\n", "text_pair = \"partner\"\nlabel = \"label\"\n", "spearman"},
        Case{"loss = \"cosine\"\nlargest_label = 5.0\n",
             "text_pair = \"partner\"\nlabel = \"label\"\n", "spearman"},
        Case{"loss = \"sim\"\npooling = \"pooler\"\n", "text_pair = \"partner\"\n",
             "retrieval_accuracy"}}) {
    const Recipe plain = recipe(c.keys, c.data, {"model.hidden_dropout_prob=0.1"});
    const auto material = open_material(plain);
    const auto task = material->make_task(plain, torch::kCPU);
    EXPECT_EQ(task->deciding_figure().name, c.figure);
    EXPECT_EQ(task->counts_correct(), std::string(c.figure) != "spearman");
    EXPECT_NO_THROW(figure_of(train::evaluate(*task, Split::validation), c.figure)) << c.keys;
    train::RunFolder folder(files_.file("run " + std::to_string(number++)), false);
    EXPECT_EQ(run_training(plain, *material, folder, torch::kCPU).step, 60);
    const auto first = train::evaluate(*task, Split::validation);
    const auto last = evaluate_model(plain, folder.path(), Split::validation, torch::kCPU);
    const auto deciding = task->deciding_figure();
    EXPECT_LT(deciding.cost_of(last), deciding.cost_of(first)) << c.keys;
  }
}

TEST_F(EmbeddingTaskTest, TheSameTextTwiceIsDroppedOtherwise) {
  const Recipe plain = recipe("loss = \"simcse\"\n", "", {"model.hidden_dropout_prob=0.3"});
  const auto task = open_material(plain)->make_task(plain, torch::kCPU);
  auto& own = dynamic_cast<EmbeddingTask&>(*task);
  const auto batch = own.batch({plain.training.stages[0]});
  const auto& examples = std::any_cast<const labelled::ExampleBatch&>(batch);
  EXPECT_EQ(std::ssize(examples.rows), 2 * std::ssize(examples.examples));
  task->module().train();
  const double dropped = task->loss(batch, 7).negative_log_likelihood;
  EXPECT_EQ(dropped, task->loss(batch, 7).negative_log_likelihood);
  EXPECT_NE(dropped, task->loss(batch, 8).negative_log_likelihood);
  task->module().eval();
  EXPECT_NE(dropped, task->loss(batch, 7).negative_log_likelihood);
}

TEST_F(EmbeddingTaskTest, ATextIsSeenAloneByTheJointLoss) {
  const Recipe plain = recipe("loss = \"sim\"\npooling = \"cls\"\n", "text_pair = \"partner\"\n");
  const auto task = open_material(plain)->make_task(plain, torch::kCPU);
  const auto batch = task->batch({plain.training.stages[0]});
  task->module().eval();
  const torch::NoGradGuard no_gradient;
  const auto joint = task->loss(batch, 0).outputs;  // of the first texts of joint sequences
  EXPECT_EQ(joint.size(1), 2);
  const auto encoder =
      SentenceEncoder::draw(plain, text_of<EmbeddingTask>(*open_material(plain))->tokenizer());
  encoder->module().eval();
  const auto& examples = std::any_cast<const labelled::ExampleBatch&>(batch);
  const auto alone = encoder->vectors(packed::from_tokens(examples.batch), {});
  EXPECT_TRUE(torch::allclose(joint.flatten(0, 1), alone, 1e-4, 1e-5));
}

TEST_F(EmbeddingTaskTest, WhatDoesNotFitIsNamed) {
  const auto refused = [&](const std::string& keys, const std::string& data,
                           const std::vector<std::string>& changes = {}) {
    return error_message([&] { open_material(recipe(keys, data, changes)); });
  };
  EXPECT_TRUE(has_text(refused("loss = \"in_batch\"\n", ""), "data.text_pair"));
  EXPECT_TRUE(has_text(refused("loss = \"cosent\"\n", "text_pair = \"partner\"\n"), "data.label"));
  EXPECT_TRUE(has_text(refused("", "text_pair = \"partner\"\nlabel = \"other\"\n"), "rows.csv:2"));
  EXPECT_TRUE(
      has_text(refused("loss = \"simcse\"\n", "",
                       {"model.hidden_dropout_prob=0", "model.attention_probs_dropout_prob=0"}),
               "hidden_dropout_prob"));
  EXPECT_TRUE(has_text(refused("loss = \"sim\"\n", "text_pair = \"partner\"\n"), "task.pooling"));
  // Alone in its batch a text has nothing to be told apart from.
  const auto alone = [&](const std::string& keys, const std::string& data) {
    return error_message([&] {
      const Recipe one =
          recipe(keys, data, {"stage.0.batch_size=1", "model.hidden_dropout_prob=0.1"});
      open_material(one)->make_task(one, torch::kCPU);
    });
  };
  const std::string labels = "text_pair = \"partner\"\nlabel = \"label\"\n";
  EXPECT_TRUE(has_text(alone("", "text_pair = \"partner\"\n"), "batch_size of 2 or more"));
  EXPECT_TRUE(has_text(alone("loss = \"simcse\"\n", ""), "batch_size of 2 or more"));
  EXPECT_TRUE(has_text(alone("loss = \"cosent\"\n", labels), "compares the pairs of a batch"));
  EXPECT_EQ(alone("loss = \"cosine\"\nlargest_label = 5.0\n", labels), "no error");
  EXPECT_EQ(alone("", "text_pair = \"partner\"\nnegative = \"other\"\n"), "no error");
  EXPECT_TRUE(has_text(refused("pooling = []\n", "text_pair = \"partner\"\n"), "pooling"));
}

}  // namespace
}  // namespace roformer::task
