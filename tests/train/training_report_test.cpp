#include "roformer/train/training_report.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

constexpr const char* kLog =
    "{\"kind\": \"evaluation\", \"step\": 0, \"loss\": 5.5}\n"
    "{\"kind\": \"training\", \"step\": 1, \"loss\": 4.25, \"accuracy\": 0.125}\n"
    "{\"kind\": \"training\", \"step\": 2, \"loss\": null}\n"
    "{\"kind\": \"training\", \"step\": 3, \"loss\": 3.75, \"accuracy\": 0.375}\n";

TEST(TrainingReport, ASeriesHasTheNumbersOfOneKind) {
  const tests::TestFolder folder;
  const auto path = folder.write("metrics.jsonl", kLog);
  const auto series = metric_series(path, "training", "loss", "ours");
  EXPECT_EQ(series.name, "ours");
  EXPECT_EQ(series.x, (std::vector<double>{1, 3}));
  EXPECT_EQ(series.y, (std::vector<double>{4.25, 3.75}));
  EXPECT_TRUE(metric_series(path, "evaluation", "accuracy", "").x.empty());
}

TEST(TrainingReport, ThePageHasTheLastFiguresAndTheRecipe) {
  const tests::TestFolder folder;
  folder.write("metrics.jsonl", kLog);
  write_training_report(folder.path(), "my run", "[model]\nhidden_size = 8\n");
  const std::string page = base::read_file(folder.file("report.html"));
  for (const char* part : {"my run", "hidden_size = 8", "3.75", "0.375", "5.5"})
    EXPECT_TRUE(tests::has_text(page, part)) << part;
  EXPECT_FALSE(tests::has_text(page, "4.25</td>"));  // the last only
}

TEST(TrainingReport, FiguresThatATaskLacksAreLeftOut) {
  const tests::TestFolder folder;
  folder.write("metrics.jsonl", "{\"kind\": \"training\", \"step\": 1, \"loss\": 4.25}\n");
  write_training_report(folder.path(), "my run", "");
  const std::string page = base::read_file(folder.file("report.html"));
  EXPECT_TRUE(tests::has_text(page, "4.25"));
  EXPECT_FALSE(tests::has_text(page, "ccuracy"));
}

TEST(TrainingReport, ThePageLeadsToWhatItWasMadeOf) {
  const tests::TestFolder folder;
  folder.write("my run/metrics.jsonl", kLog);
  const std::string out = folder.file("my run").string();
  write_training_report(out + "/", "my run", "");
  const std::string page = base::read_file(out + "/report.html");
  for (const std::string& part :
       {std::string("<a href=\"./\">model folder</a>"),
        std::string("<a href=\"./recipe.toml\">recipe</a>"),
        std::string("<a href=\"./metrics.jsonl\">metrics</a>"),
        "roformer train &#39;" + out + "/recipe.toml&#39; --out &#39;" + out + "-again&#39;"})
    EXPECT_TRUE(tests::has_text(page, part)) << part << page;
}

}  // namespace
}  // namespace roformer::train
