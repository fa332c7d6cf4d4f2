#include "roformer/task/choice_task.h"

#include <gtest/gtest.h>

#include "tests/task/labelled_recipes.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

// The right choice repeats the context's word.
std::string questions(int count) {
  std::string text = "context\tone\ttwo\tthree\tlabel\n";
  for (int i = 0; i < count; ++i) {
    const int right = i % 3;
    text += "w" + std::to_string(i % 7);
    for (int choice = 0; choice < 3; ++choice)
      text += "\tw" + std::to_string(choice == right ? i % 7 : 10 + (i + choice) % 9);
    text += "\t" + std::to_string(right) + "\n";
  }
  return text;
}

class ChoiceTaskTest : public ::testing::Test {
 protected:
  Recipe recipe(const std::vector<std::string>& changes = {}) const {
    const auto file = files_.write("questions.tsv", questions(80)).string();
    return tests::read_tiny(
        files_,
        tests::tiny_labelled_recipe(files_, "multiple_choice",
                                    "train = [\"" + file + "\"]\nvalidation = [\"" + file +
                                        "\"]\ntext = \"context\"\n"
                                        "choices = [\"one\", \"two\", \"three\"]\n"),
        changes);
  }
  tests::TestFolder files_;
};

TEST_F(ChoiceTaskTest, BatchesAreSumsOfQuestions) {
  const Recipe plain = recipe();
  const auto material = open_material(plain);
  const auto task = material->make_task(plain, torch::kCPU);
  const labelled::ExampleSource source(text_of<ChoiceTask>(*material), 0);
  tests::expect_batch_is_the_sum_of_its_examples(
      *task, source.batch_of(data::Split::training, {3, 5, 11}),
      {source.batch_of(data::Split::training, {3}), source.batch_of(data::Split::training, {5}),
       source.batch_of(data::Split::training, {11})});
}

TEST_F(ChoiceTaskTest, TheModelReadsFirstTokens) {
  const Recipe plain = recipe();
  const auto material = open_material(plain);
  const auto task = material->make_task(plain, torch::kCPU);
  const auto figures = train::evaluate(*task, data::Split::validation);
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[1].first, "accuracy");
  const auto folder = files_.file("model");
  std::filesystem::create_directories(folder);
  task->save_model(folder);
  EXPECT_EQ(evaluate_model(plain, *material, folder, data::Split::validation, torch::kCPU)[0],
            figures[0]);
  EXPECT_TRUE(has_text(base::read_file(folder / "config.json"), "\"summary_type\": \"first\""));
}

TEST_F(ChoiceTaskTest, WhatIsMissingIsNamed) {
  EXPECT_TRUE(has_text(error_message([&] { open_material(recipe({"data.choices=[\"one\"]"})); }),
                       "data.choices"));
  EXPECT_TRUE(has_text(
      error_message([&] { open_material(recipe({"data.choices=[\"one\",\"tow\"]"})); }), "two"));
}

}  // namespace
}  // namespace roformer::task
