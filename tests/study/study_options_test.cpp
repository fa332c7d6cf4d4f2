#include "roformer/study/study_options.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::error_message;
using tests::has_text;

const train::FlatRecipe kFlatRecipe = {{"data.text", "[\"apt\"]"},
                                       {"model.hidden_size", "8"},
                                       {"run.seed", "0"},
                                       {"run.threads", "2"},
                                       {"stage.0.steps", "10"}};

TEST(DefaultSeeds, AreSeveralWhereTheyCostMinutes) {
  EXPECT_EQ(default_seeds("tiny"), 3);
  EXPECT_EQ(default_seeds("small"), 1);
  EXPECT_EQ(default_seeds("paper"), 1);
}

TEST(RequireSameData, TheModelMayDifferAndTheDataMayNot) {
  train::FlatRecipe other = kFlatRecipe;
  other["model.hidden_size"] = "16";
  other["run.threads"] = "1";
  EXPECT_NO_THROW(require_same_data(kFlatRecipe, other));
  for (const char* key : {"data.text", "run.seed", "stage.0.steps"}) {
    train::FlatRecipe changed = kFlatRecipe;
    changed[key] = "5";
    const auto message = error_message([&] { require_same_data(kFlatRecipe, changed); });
    EXPECT_TRUE(has_text(message, key)) << message;
  }
}

TEST(RequireSameData, AFurtherStageOnEitherSideIsADifference) {
  train::FlatRecipe longer = kFlatRecipe;
  longer["stage.1.steps"] = "20";
  for (const auto& message : {error_message([&] { require_same_data(kFlatRecipe, longer); }),
                              error_message([&] { require_same_data(longer, kFlatRecipe); })}) {
    EXPECT_TRUE(has_text(message, "stage.1.steps")) << message;
    EXPECT_TRUE(has_text(message, "nothing")) << message;
  }
}

TEST(RequireFreeKeys, NamesTheChange) {
  EXPECT_NO_THROW(require_free_keys({"run.seeds=1", "model.hidden_size=8"}, {"run.seed"}));
  EXPECT_TRUE(has_text(error_message([] { require_free_keys({"run.seed=1"}, {"run.seed"}); }),
                       "no --set run.seed"));
}

}  // namespace
}  // namespace roformer::study
