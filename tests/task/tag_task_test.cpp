#include "roformer/task/tag_task.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/task/text_material.h"
#include "roformer/train/task.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

using labelled::ExampleBatch;
using tests::error_message;
using tests::has_text;

// Sentence i has i % 7 + 1 words, most of them of two pieces; the tag hangs on the word.
std::string tagged_numbers(int sentences, const std::vector<std::string>& tags) {
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    for (int word = 0; word <= i % 7; ++word) {
      const int number = (i * 5 + word * 3) % 9;
      text += "w" + std::to_string(number) + (number % 2 ? "." : "") + "\t" +
              tags[static_cast<std::size_t>(number) % tags.size()] + "\n";
    }
    text += "\n";
  }
  return text;
}

class TagTaskTest : public testing::Test {
 protected:
  Recipe recipe(const std::vector<std::string>& tags = {"O", "B-X", "I-X"},
                const std::vector<std::string>& changes = {}) const {
    const auto file = files_.write("train.conll", tagged_numbers(60, tags));
    const auto vocabulary = files_.write("vocab.txt", tests::number_vocabulary(9) + ".\n");
    return tests::read_tiny(
        files_,
        std::string("[task]\nkind = \"token_classification\"\n[model]\n") + tests::tiny_model +
            "[data]\ntrain = \"" + file.string() + "\"\nvalidation_share = 0.3\nvocabulary = \"" +
            vocabulary.string() + "\"\nmax_length = 32\n[[stage]]\nbatch_size = 8\nsteps = 40\n" +
            "[evaluate]\nbatch_tokens = 40\n" + tests::tiny_run,
        changes);
  }
  std::unique_ptr<RecipeTask> make(const Recipe& recipe) const {
    return open_material(recipe)->make_task(recipe, torch::kCPU);
  }
  // The sum of the losses of a part, in batches of so many tokens.
  double loss_of(const std::string& batch_tokens, const char* max_length = "data.max_length=32") {
    const auto task =
        make(recipe({"O", "B-X", "I-X"}, {"evaluate.batch_tokens=" + batch_tokens, max_length}));
    return train::evaluate(*task, data::Split::validation)[0].second;
  }
  tests::TestFolder files_;
};

TEST_F(TagTaskTest, AnUntrainedModelGuessesEvenly) {
  const auto figures = train::evaluate(*make(recipe()), data::Split::validation);
  ASSERT_EQ(figures.size(), 5u);
  const char* const names[] = {"loss", "accuracy", "precision", "recall", "f1"};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(figures[i].first, names[i]);
  EXPECT_NEAR(figures[0].second, std::log(3), 0.2);
}

TEST_F(TagTaskTest, OtherTagsHaveTheMeanOverThem) {
  const auto figures = train::evaluate(*make(recipe({"NN", "VB", "JJ"})), data::Split::validation);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[2].first, "f1");
}

TEST_F(TagTaskTest, SentencesTogetherAreSentencesAlone) {
  const double together = loss_of("1000");
  EXPECT_NEAR(loss_of("1"), together, 1e-5);
  EXPECT_NE(loss_of("1000", "data.max_length=5"), together);  // long ones in several rows
}

// The first pieces of a long sentence are all learned, in whichever row.
TEST_F(TagTaskTest, EveryWordIsATarget) {
  for (const char* length : {"data.max_length=32", "data.max_length=4"}) {
    const Recipe whole = recipe({"O", "B-X", "I-X"}, {length});
    const auto material = open_material(whole);
    const auto corpus = text_of<TagTask>(*material);
    const auto task = material->make_task(whole, torch::kCPU);
    const torch::NoGradGuard no_gradient;
    const train::ModeGuard evaluation(task->module(), false);
    std::int64_t targets = 0;
    for (const auto& batch : task->held_out(data::Split::validation)) {
      const auto sum = task->loss(batch, 0);
      targets += sum.targets;
      EXPECT_EQ(sum.outputs.numel(), sum.targets);
      EXPECT_LE(sum.correct, sum.targets);
    }
    EXPECT_EQ(targets, std::ssize(corpus->tags(data::Split::validation)));
  }
}

TEST_F(TagTaskTest, AGradientReachesEveryWeight) {
  const Recipe plain = recipe();
  const auto task = make(plain);
  task->loss(task->batch({plain.training.stages[0], 0, 0}), 0).loss.backward();
  for (const auto& parameter : task->module().named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    EXPECT_GT(parameter.value().grad().abs().sum().item<double>(), 0) << parameter.key();
  }
}

TEST_F(TagTaskTest, AFinishedModelIsReadBack) {
  const Recipe plain = recipe();
  const auto task = make(plain);
  task->save_model(files_.path() / "model");
  EXPECT_EQ(evaluate_model(plain, files_.path() / "model", data::Split::validation, torch::kCPU),
            train::evaluate(*task, data::Split::validation));
  const Recipe renamed = recipe({"O", "B-Y", "I-Y"});
  EXPECT_TRUE(has_text(error_message([&] {
                         evaluate_model(renamed, files_.path() / "model", data::Split::validation,
                                        torch::kCPU);
                       }),
                       "expected the labels of the text"));
}

// A word of which nothing is left counts as O; a batch of such words alone has no loss.
TEST_F(TagTaskTest, WordsWithoutAPieceCountAsO) {
  const auto dev = files_.write("dev.conll", "\x01\tO\n\x02\tB-X\n");
  const auto task = make(recipe({"O", "B-X", "I-X"}, {"data.validation=" + dev.string()}));
  const auto sum = task->loss(task->held_out(data::Split::validation).at(0), 0);
  EXPECT_EQ(sum.targets, 0);
  EXPECT_EQ(sum.loss.item<double>(), 0);
  const auto figures = train::evaluate(*task, data::Split::validation);
  EXPECT_TRUE(std::isnan(figures[0].second));
  EXPECT_DOUBLE_EQ(figures[1].second, 0.5);
  EXPECT_DOUBLE_EQ(figures[4].second, 0);
}

}  // namespace
}  // namespace roformer::task
