// tests of prepared weights: a form serves the very weight that it was made of, as it was then.
#include "roformer/product/prepared_weight.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

namespace roformer::product {
namespace {

using torch::Tensor;

// A square weight, so that its transpose has the same address and shape.
class PreparedWeightTest : public ::testing::Test {
 protected:
  void SetUp() override {
    prepared_.prepare(weight_);
    ASSERT_TRUE(prepared_.serves(weight_));
  }

  const torch::NoGradGuard no_gradient_;
  Tensor weight_ = torch::randn({8, 8}), x_ = torch::randn({3, 8});
  PreparedWeight prepared_;
};

TEST_F(PreparedWeightTest, GivesTheProduct) {
  const Tensor bias = torch::randn({8}), y = torch::addmm(bias, x_, weight_.t());
  EXPECT_TRUE(torch::allclose(prepared_.product(x_, weight_, bias, std::nullopt), y, 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(prepared_.product(x_, weight_, bias, Activation::relu), y.relu(),
                              1e-5, 1e-5));
  EXPECT_TRUE(
      torch::allclose(prepared_.product(x_, weight_, {}, std::nullopt), y - bias, 1e-5, 1e-5));
}

TEST_F(PreparedWeightTest, ItsTransposeIsAnother) {
  EXPECT_FALSE(prepared_.serves(weight_.t()));
  EXPECT_FALSE(prepared_.product(x_, weight_.t(), {}, std::nullopt).defined());
}

TEST_F(PreparedWeightTest, PartsAndCopiesAreOthers) {
  EXPECT_FALSE(prepared_.serves(weight_.slice(0, 0, 4)));
  EXPECT_FALSE(prepared_.serves(weight_.slice(0, 4, 8)));
  EXPECT_FALSE(prepared_.serves(weight_.clone()));
  EXPECT_TRUE(prepared_.serves(weight_.detach()));
}

TEST_F(PreparedWeightTest, WritingEndsIt) {
  weight_[2][3] += 1;
  EXPECT_FALSE(prepared_.serves(weight_));
  EXPECT_FALSE(prepared_.product(x_, weight_, {}, std::nullopt).defined());
  prepared_.prepare(weight_);
  EXPECT_TRUE(torch::allclose(prepared_.product(x_, weight_, {}, std::nullopt),
                              torch::mm(x_, weight_.t()), 1e-5, 1e-5));
  prepared_.clear();
  EXPECT_FALSE(prepared_.serves(weight_));
}

TEST_F(PreparedWeightTest, OtherMemoryEndsIt) {
  weight_.set_data(torch::randn({8, 8}));
  EXPECT_FALSE(prepared_.serves(weight_));
}

TEST_F(PreparedWeightTest, OtherTypesHaveNoForm) {
  EXPECT_FALSE(prepared_.product(x_.to(torch::kFloat64), weight_, {}, std::nullopt).defined());
  prepared_.prepare(weight_.to(torch::kFloat64));
  EXPECT_FALSE(prepared_.serves(weight_));
  const Tensor none = torch::empty({0, 8});
  prepared_.prepare(none);
  EXPECT_FALSE(prepared_.serves(none));
}

}  // namespace
}  // namespace roformer::product
