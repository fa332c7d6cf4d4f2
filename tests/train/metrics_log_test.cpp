#include "roformer/train/metrics_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

TEST(MetricScalars, NumbersByKindAndNestedNames) {
  const nlohmann::json line = {{"kind", "training"},
                               {"step", 7},
                               {"loss", 0.5},
                               {"note", "text"},
                               {"time", {{"data", 0.25}, {"step", 1}}}};
  std::map<std::string, double> found;
  for (const auto& scalar : metric_scalars(line)) found[scalar.tag] = scalar.value;
  EXPECT_EQ(found,
            (std::map<std::string, double>{{"training/loss", 0.5}, {"training/time/data", 0.25}}));
  EXPECT_EQ(metric_scalars({{"loss", 1}}).at(0).tag, "metrics/loss");
}

TEST(LastEvaluated, IsOfTheLastLineOfItsKind) {
  const tests::TestFolder run;
  const auto path = run.write("metrics.jsonl", R"({"step":1,"kind":"evaluation","f1":0.5}
{"step":2,"kind":"evaluation","f1":0.25,"spearman":null}
{"step":3,"kind":"training","f1":0.75}
)");
  EXPECT_EQ(last_evaluated(path, "f1"), 0.25);
  EXPECT_TRUE(std::isnan(last_evaluated(path, "spearman")));
  EXPECT_TRUE(std::isnan(last_evaluated(path, "accuracy")));
  EXPECT_THROW(last_evaluated(run.file("absent"), "f1"), Error);
}

TEST(MetricsLog, LinesBehindTheCheckpointAndTornOnesGo) {
  const tests::TestFolder run;
  const auto path = run.write("metrics.jsonl", "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st");
  MetricsLog log(path, 2);
  log.append({{"step", 3}, {"loss", 0.1}});
  log.sync();
  const auto lines = read_metrics(path);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2]["loss"].get<double>(), 0.1);
  EXPECT_TRUE(read_metrics(run.file("absent")).empty());
}

TEST(MetricsLog, AReaderSeesALineAtOnce) {
  const tests::TestFolder run;
  const auto path = run.file("metrics.jsonl");
  MetricsLog log(path, 0);
  log.append({{"step", 1}, {"loss", 2.5}});
  ASSERT_EQ(read_metrics(path).size(), 1u);
  EXPECT_EQ(read_metrics(path)[0]["loss"].get<double>(), 2.5);
}

TEST(MetricsLog, WhatHasNoStepIsNoLine) {
  const tests::TestFolder run;
  const auto path = run.write("metrics.jsonl", "{\"loss\":1}\n[1]\n\n{\"step\":4}\nstep\n");
  const auto lines = read_metrics(path);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["step"].get<int>(), 4);
}

}  // namespace
}  // namespace roformer::train
