#include "roformer/train/metrics_log.h"

#include <gtest/gtest.h>

#include <map>

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

}  // namespace
}  // namespace roformer::train
