#include "roformer/study/paired_runs.h"

#include <gtest/gtest.h>

#include "roformer/task/recipe.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::error_message;
using tests::has_text;

const train::FlatRecipe kRecipe = {{"data.text", "[\"apt\"]"},
                                   {"model.hidden_size", "8"},
                                   {"run.seed", "0"},
                                   {"run.threads", "2"},
                                   {"stage.0.steps", "10"}};

TEST(RequireSameData, TheModelMayDifferAndTheDataMayNot) {
  train::FlatRecipe other = kRecipe;
  other["model.hidden_size"] = "16";
  other["run.threads"] = "1";
  EXPECT_NO_THROW(require_same_data(kRecipe, other));
  for (const char* key : {"data.text", "run.seed", "stage.0.steps"}) {
    train::FlatRecipe changed = kRecipe;
    changed[key] = "5";
    const auto message = error_message([&] { require_same_data(kRecipe, changed); });
    EXPECT_TRUE(has_text(message, key)) << message;
  }
}

TEST(RequireSameData, AFurtherStageOnEitherSideIsADifference) {
  train::FlatRecipe longer = kRecipe;
  longer["stage.1.steps"] = "20";
  for (const auto& message : {error_message([&] { require_same_data(kRecipe, longer); }),
                              error_message([&] { require_same_data(longer, kRecipe); })}) {
    EXPECT_TRUE(has_text(message, "stage.1.steps")) << message;
    EXPECT_TRUE(has_text(message, "nothing")) << message;
  }
}

TEST(RequireFreeKeys, NamesTheChange) {
  EXPECT_NO_THROW(require_free_keys({"run.seeds=1", "model.hidden_size=8"}, {"run.seed"}));
  EXPECT_TRUE(has_text(error_message([] { require_free_keys({"run.seed=1"}, {"run.seed"}); }),
                       "no --set run.seed"));
}

StudyOptions options(std::int64_t seeds, std::vector<std::string> changes = {}) {
  return {"tiny", "out", seeds, std::move(changes), "cpu"};
}

const Side kRope = {"performer-rope", "RoPE"}, kPlain = {"performer", "no RoPE"};

TEST(PairedRunsTest, EachSeedHasAFolderOfItsOwn) {
  const PairedRuns pair("figure3-right", kRope, kPlain, options(2));
  EXPECT_EQ(pair.runs(kPlain),
            (std::vector<std::filesystem::path>{"out/performer", "out/performer-seed1"}));
  EXPECT_EQ(pair.recipe().seed, 0u);
  const auto texts = pair.recipe_texts();
  EXPECT_EQ(texts[0].first, "RoPE");
  EXPECT_TRUE(has_text(texts[0].second, "position_encoding = \"rotary\""));
  EXPECT_TRUE(has_text(texts[1].second, "position_encoding = \"none\""));
}

TEST(PairedRunsTest, ChangesOfWhatTheStudySetsAreRefused) {
  const auto make = [](std::int64_t seeds, const char* change) {
    return error_message(
        [&] { PairedRuns("figure3-right", kRope, kPlain, options(seeds, {change})); });
  };
  EXPECT_EQ(make(1, "run.seed=3"), "no error");
  EXPECT_TRUE(has_text(make(2, "run.seed=3"), "run.seed"));
  EXPECT_TRUE(has_text(make(1, "model.position_encoding=rotary"), "position_encoding"));
}

TEST(PairedRunsTest, ChartsTakeTheirUnit) {
  const tests::TestFolder folder;
  for (const char* name : {"performer-rope", "performer"})
    folder.write(std::string(name) + "/metrics.jsonl",
                 "{\"kind\": \"training\", \"step\": 5, \"loss\": 2}\n");
  auto choice = options(1);
  choice.out = folder.path();
  const PairedRuns pair("figure3-right", kRope, kPlain, choice);
  const auto chart = pair.chart("Training", "training", {"bits", "bits per byte", 10});
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_EQ(chart.y_title, "bits per byte");
  EXPECT_EQ(chart.series[1].name, "no RoPE");
  EXPECT_EQ(chart.series[1].x, std::vector<double>{5});
  EXPECT_EQ(chart.series[1].y, std::vector<double>{20});
  EXPECT_EQ(chart.series[1].colour_key, "no RoPE");
  EXPECT_EQ(chart.band_title, "");
}

TEST(PairedRunsTest, SeedsAreOneLineWithABand) {
  const tests::TestFolder folder;
  double loss = 1;
  for (const char* name :
       {"performer-rope", "performer-rope-seed1", "performer", "performer-seed1"})
    folder.write(std::string(name) + "/metrics.jsonl",
                 fmt::format("{{\"kind\": \"training\", \"step\": 5, \"loss\": {}}}\n", loss++));
  auto choice = options(2);
  choice.out = folder.path();
  const auto chart =
      PairedRuns("figure3-right", kRope, kPlain, choice).chart("Training", "training");
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_EQ(chart.series[0].name, "RoPE");
  EXPECT_EQ(chart.series[0].y, std::vector<double>{1.5});
  EXPECT_EQ(chart.series[1].y, std::vector<double>{3.5});
  EXPECT_TRUE(chart.series[0].band.has_value());
  EXPECT_EQ(chart.band_title, "line: mean, band: ± standard deviation, 2 seeds");
}

TEST(PairedRunsTest, TheReportNamesItsCommandAndRuns) {
  const auto sources =
      PairedRuns("figure3-right", kRope, kPlain, options(2, {"model.hidden_size=64"})).sources();
  EXPECT_EQ(sources.command,
            "roformer reproduce figure3-right --scale tiny --seeds 2 --set model.hidden_size=64 "
            "--out out");
  ASSERT_EQ(sources.runs.size(), 4u);
  EXPECT_EQ(sources.runs[1].name, "RoPE seed 1");
  EXPECT_EQ(sources.runs[1].folder, "performer-rope-seed1");
}

}  // namespace
}  // namespace roformer::study
