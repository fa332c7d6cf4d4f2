#include "roformer/train/meter.h"

#include <gtest/gtest.h>

#include <thread>

namespace roformer::train {
namespace {

TEST(Meter, MeansOverTargetsAndSteps) {
  Meter meter;
  EXPECT_EQ(meter.loss(), 0);
  EXPECT_EQ(meter.accuracy(), 0);
  meter.add_loss(6, 2, 1, 10);
  meter.add_loss(3, 4, 2, 10);
  meter.add_step(2);
  meter.add_step(4);
  EXPECT_DOUBLE_EQ(meter.loss(), 9.0 / 6);
  EXPECT_DOUBLE_EQ(meter.accuracy(), 3.0 / 6);
  EXPECT_DOUBLE_EQ(meter.gradient_norm(), 3);
}

TEST(Meter, SharesOfTheTimeSumToOneAndPausesDoNotCount) {
  Meter meter;
  meter.restart_clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  meter.mark(Phase::forward);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  meter.restart_clock();
  meter.mark(Phase::optimizer);
  const auto shares = meter.time_shares();
  double sum = 0;
  for (const auto& item : shares.items()) sum += item.value().get<double>();
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_GT(shares["forward"].get<double>(), 0.5);
  EXPECT_EQ(shares["data"].get<double>(), 0);
  meter.add_loss(1, 1, 0, 1000);
  EXPECT_GT(meter.tokens_per_second(), 0);
  EXPECT_LE(meter.tokens_per_second(), 1000 / 5e-3);
}

TEST(Meter, SumsGoOnExactly) {
  Meter meter, resumed;
  meter.add_loss(0.1 + 0.2, 3, 1, 9);
  meter.add_step(0.7);
  resumed.restore_sums(nlohmann::json::parse(meter.sums().dump()));
  for (Meter* one : {&meter, &resumed}) one->add_loss(0.3, 1, 1, 1);
  EXPECT_EQ(resumed.loss(), meter.loss());
  EXPECT_EQ(resumed.accuracy(), meter.accuracy());
  EXPECT_EQ(resumed.gradient_norm(), meter.gradient_norm());
}

}  // namespace
}  // namespace roformer::train
