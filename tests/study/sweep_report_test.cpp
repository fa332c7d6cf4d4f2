#include "roformer/study/sweep_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;

// Three rates; that in the middle is the best, one run of the last failed.
struct Found {
  SweepOptions options;
  SweepResult result;
};

Found three_rates() {
  Found found;
  found.options.recipe = "recipes/tiny.toml";
  found.options.grid = {{"optimizer.learning_rate", {"1e-3", "2e-3", "1e-1"}}};
  found.options.seeds = 2;
  found.options.out = "out";
  found.options.jobs = 7;
  found.result.data = "some text";
  found.result.points = grid_points(found.options.grid);
  const double none = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::vector<double>> losses = {{3, 4}, {2, 3}, {1, none}};
  for (std::size_t i = 0; i < 3; ++i) {
    SweepPoint& point = found.result.points[i];
    const std::string folder = folder_name(point, found.options.grid);
    point.runs = {"out/" + folder + "-seed0", "out/" + folder + "-seed1"};
    point.validation = losses[i];
    point.failures = {"", i == 2 ? "expected a finite loss" : ""};
  }
  found.result.chosen = 1;
  found.result.test = {{{"loss", 2.5}, {"accuracy", 0.5}}, {{"loss", 3.5}, {"accuracy", 0.25}}};
  return found;
}

TEST(SweepTable, NamesThePartOfEachFigure) {
  const auto [options, result] = three_rates();
  const auto table = sweep_table(options, result);
  EXPECT_TRUE(has_text(table.caption, "validation part"));
  EXPECT_TRUE(has_text(table.caption, "test part"));
  EXPECT_EQ(table.columns, (std::vector<std::string>{"optimizer.learning_rate", "validation loss",
                                                     "", "test loss", "test accuracy"}));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"1e-3", "3.5000 ± 6.3531", ""}));
  EXPECT_EQ(table.rows[1], (std::vector<std::string>{"2e-3", "2.5000 ± 6.3531", "chosen",
                                                     "3.0000 ± 6.3531", "0.3750 ± 1.5883"}));
  EXPECT_EQ(table.rows[2][1], "1 of 2 runs failed");
}

TEST(SweepTable, NamesTheFigureThatDecides) {
  auto [options, result] = three_rates();
  result.deciding = {"f1", true};
  const auto table = sweep_table(options, result);
  EXPECT_TRUE(has_text(table.caption, "mean f1 on the validation part")) << table.caption;
  EXPECT_EQ(table.columns[1], "validation f1");
  const auto json = sweep_json(options, result);
  EXPECT_EQ(json["chosen_by"]["figure"], "f1");
  EXPECT_EQ(json["chosen"]["validation_f1"]["mean"], 2.5);
}

TEST(SweepNotes, TellOfFailuresAndOfTheEdge) {
  auto [options, result] = three_rates();
  std::string notes;
  for (const auto& note : sweep_notes(options, result)) notes += note + "\n";
  EXPECT_TRUE(has_text(notes, "learning_rate 1e-1, seed 1 failed"));
  EXPECT_TRUE(has_text(notes, "expected a finite loss"));
  EXPECT_FALSE(has_text(notes, "edge of the grid"));
  EXPECT_FALSE(has_text(notes, "One seed"));
  result.chosen = 0;
  notes.clear();
  for (const auto& note : sweep_notes(options, result)) notes += note + "\n";
  EXPECT_TRUE(has_text(notes, "edge of the grid"));
}

TEST(GridChart, OverTheFirstAxisOfNumbers) {
  auto [options, result] = three_rates();
  const auto chart = grid_chart(options, result);
  EXPECT_EQ(chart.x_title, "optimizer.learning_rate");
  EXPECT_TRUE(chart.log_x);
  ASSERT_EQ(chart.series.size(), 1u);
  EXPECT_EQ(chart.series[0].x, (std::vector<double>{1e-3, 2e-3, 1e-1}));
  EXPECT_EQ(chart.series[0].y[1], 2.5);
  EXPECT_TRUE(std::isnan(chart.series[0].y[2]));
  EXPECT_NEAR(chart.series[0].band->upper[1], 2.5 + 12.706204736174694 / 2, 1e-9);  // t(0.975, 1)

  options.grid = {{"schedule.kind", {"linear", "cosine"}}, {"optimizer.beta1", {"0.8", "0.9"}}};
  result.points = grid_points(options.grid);
  for (SweepPoint& point : result.points) point.validation = {1, 2};
  const auto two = grid_chart(options, result);
  EXPECT_EQ(two.x_title, "optimizer.beta1");
  EXPECT_FALSE(two.log_x);
  ASSERT_EQ(two.series.size(), 2u);
  EXPECT_EQ(two.series[0].name, "kind=linear");

  options.grid = {{"schedule.kind", {"linear", "cosine"}}};
  result.points = grid_points(options.grid);
  EXPECT_TRUE(grid_chart(options, result).series.empty());
}

TEST(SweepJson, HoldsEveryRunAndDoesNotHangOnJobs) {
  auto [options, result] = three_rates();
  const auto json = sweep_json(options, result);
  EXPECT_EQ(json["command"],
            "roformer sweep recipes/tiny.toml --grid optimizer.learning_rate=1e-3,2e-3,1e-1 "
            "--seeds 2 --out out");
  EXPECT_EQ(json["chosen_by"]["part"], "validation");
  EXPECT_EQ(json["reported_on"]["part"], "test");
  EXPECT_EQ(json["points"][0]["validation_loss"]["mean"], 3.5);
  EXPECT_EQ(json["points"][0]["runs"][1]["folder"], "learning_rate-1e-3-seed1");
  EXPECT_TRUE(json["points"][2]["validation_loss"].is_null());
  EXPECT_EQ(json["points"][2]["runs"][1]["failure"], "expected a finite loss");
  EXPECT_EQ(json["chosen"]["changes"]["optimizer.learning_rate"], "2e-3");
  EXPECT_EQ(json["chosen"]["test"]["loss"]["values"], (std::vector<double>{2.5, 3.5}));
  options.jobs = 1;
  EXPECT_EQ(sweep_json(options, result).dump(), json.dump());
}

TEST(WriteSweep, AReportAndJson) {
  const tests::TestFolder folder;
  auto [options, result] = three_rates();
  options.out = folder.path();
  write_sweep(options, result);
  const std::string page = base::read_file(folder.file("report.html"));
  EXPECT_TRUE(has_text(page, "Sweep of tiny"));
  EXPECT_TRUE(has_text(page, "chosen"));
  EXPECT_TRUE(has_text(page, "learning_rate-2e-3-seed1/report.html"));
  EXPECT_EQ(base::read_file(folder.file("sweep.json")), sweep_json(options, result).dump(2) + "\n");
}

}  // namespace
}  // namespace roformer::study
