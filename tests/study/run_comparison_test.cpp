// Runs beside each other, by hand-written metrics.
#include "roformer/study/run_comparison.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/train/training_state.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;
using tests::error_message;
using tests::has_text;

class RunComparisonTest : public testing::Test {
 protected:
  // A run of an encoding and a seed that ends at a loss; `more` is further keys of the recipe.
  fs::path write_run(const std::string& encoding, int seed, double loss,
                     const train::FlatRecipe& more = {}) {
    const std::string name = fmt::format("{}-{}", encoding, seed);
    train::TrainingState state;
    state.step = 10;
    state.recipe = {{"model.position_encoding", "\"" + encoding + "\""},
                    {"data (content of the text and vocabulary)", "abc"},
                    {"run.threads", std::to_string(seed)},
                    {"run.seed", std::to_string(seed)}};
    for (const auto& [key, value] : more) state.recipe[key] = value;
    files_.write(name + "/training/latest", "step-10\n");
    files_.write(name + "/training/step-10/x", "");
    train::save_state(state, files_.file(name) / "training/step-10/state.json");
    files_.write(name + "/metrics.jsonl",
                 fmt::format("{{\"kind\": \"evaluation\", \"step\": 0, \"loss\": 5}}\n"
                             "{{\"kind\": \"training\", \"step\": 10, \"loss\": 2}}\n"
                             "{{\"kind\": \"evaluation\", \"step\": 10, \"loss\": {}, "
                             "\"accuracy\": 0.5}}\n",
                             loss));
    return files_.file(name);
  }
  tests::TestFolder files_;
};

TEST_F(RunComparisonTest, RunsOfOneRecipeAreOneModel) {
  const std::vector<fs::path> runs = {write_run("rotary", 0, 2.0), write_run("rotary", 1, 2.2),
                                      write_run("learned", 1, 2.5), write_run("learned", 0, 2.1)};
  const RunComparison found = compare_runs(runs);
  ASSERT_EQ(found.groups.size(), 2u);
  EXPECT_EQ(found.groups[0].name, "rotary");
  EXPECT_EQ(found.groups[1].name, "learned");
  EXPECT_EQ(found.step, 10);
  EXPECT_EQ(found.figures, (std::vector<std::string>{"loss", "accuracy"}));
  EXPECT_EQ(found.values[1][0], (BySeed{{0, 2.1}, {1, 2.5}}));
  EXPECT_TRUE(found.notes.empty());
  // 0.1 and 0.3 by seed.
  const auto difference = difference_to_first(found, 1, 0);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NEAR(difference->mean.mean, 0.2, 1e-12);
  EXPECT_NEAR(difference->mean.half_width, 12.706204736174694 * 0.1, 1e-9);
  EXPECT_NEAR(difference->p_value, 0.29516723530086653, 1e-9);
  EXPECT_EQ(difference->mean.seeds, 2);
  const auto table = comparison_table(found);
  EXPECT_EQ(table.rows[0][2], "2.1000 ± 1.2706");
  EXPECT_EQ(table.rows[1].back(), "+0.2000 ± 1.2706, p 0.3 (2 seeds)");
  EXPECT_TRUE(has_text(table.caption, "mean ± half of its 95 % interval"));
  const std::vector<std::string> verdicts = {
      "Loss of learned beside rotary: not told apart by two seeds: difference +0.2000 [-1.0706, "
      "1.4706], p 0.3."};
  EXPECT_EQ(comparison_verdicts(found), verdicts);
  write_comparison(found, files_.file("out"), "roformer compare …");
  const std::string page = base::read_file(files_.file("out") / "report.html");
  EXPECT_TRUE(has_text(page, "../rotary-0/metrics.jsonl"));
  EXPECT_TRUE(has_text(page, "roformer compare …"));
  EXPECT_TRUE(has_text(page, "not told apart by two seeds"));
}

TEST_F(RunComparisonTest, OneSeedHasNoInterval) {
  const RunComparison found = compare_runs({write_run("rotary", 0, 2.0), write_run("t5", 0, 2.5)});
  EXPECT_FALSE(difference_to_first(found, 1, 0)->mean.interval().has_value());
  EXPECT_TRUE(has_text(comparison_verdicts(found).at(0), "higher by 0.5000 in one seed"));
  EXPECT_EQ(comparison_table(found).rows[1].back(), "+0.5000 (1 seed)");
  const RunComparison apart = compare_runs({write_run("rotary", 0, 2.0), write_run("t5", 1, 2.5)});
  EXPECT_EQ(comparison_table(apart).rows[1].back(), "no seed in common");
  EXPECT_FALSE(difference_to_first(apart, 1, 0).has_value());
  EXPECT_TRUE(comparison_verdicts(apart).empty());
}

TEST_F(RunComparisonTest, OtherTextIsSaid) {
  const RunComparison found = compare_runs(
      {write_run("rotary", 0, 2.0),
       write_run("t5", 0, 2.5, {{"data (content of the text and vocabulary)", "xyz"}})});
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_TRUE(has_text(found.notes[0], "not evaluated alike"));
}

TEST_F(RunComparisonTest, NamesByWhatDiffers) {
  const auto groups =
      group_by_seed({write_run("rotary", 0, 2, {{"optimizer.learning_rate", "0.001"}}),
                     write_run("rotary", 1, 2, {{"optimizer.learning_rate", "0.002"}})});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].name, "learning_rate 0.002");
}

TEST_F(RunComparisonTest, FindsRunsInFolders) {
  const auto a = write_run("rotary", 0, 2.0), b = write_run("t5", 0, 2.0);
  const auto report = files_.write("report.html", "");
  EXPECT_EQ(find_runs({b, report, a}), (std::vector<fs::path>{b, a}));
  EXPECT_EQ(find_runs({files_.path()}), (std::vector<fs::path>{a, b}));
  EXPECT_TRUE(has_text(error_message([&] { find_runs({report}); }), "got none"));
}

TEST_F(RunComparisonTest, WhatIsNoRunIsNamed) {
  const auto run = write_run("rotary", 0, 2.0);
  files_.write("other/file", "");
  EXPECT_TRUE(has_text(error_message([&] {
                         compare_runs({run, files_.file("other")});
                       }),
                       files_.file("other").string()));
  EXPECT_TRUE(has_text(error_message([&] { compare_runs({run, run}); }), "seed 0"));
}

}  // namespace
}  // namespace roformer::study
