#include "roformer/head/sequence_classifier.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "roformer/base/error.h"

namespace roformer::head {
namespace {

using torch::Tensor;

TEST(Losses, TakeTheProblemFromLabels) {
  const Tensor one = torch::tensor({{1.0f}, {3.0f}});
  EXPECT_NEAR(classification_loss(one, torch::tensor({2.0f, 3.0f}), "").item<double>(), 0.5, 1e-6);
  const Tensor three = torch::zeros({2, 3});
  EXPECT_NEAR(classification_loss(three, torch::tensor({0, 2}), "").item<double>(), std::log(3.0),
              1e-6);
  EXPECT_NEAR(classification_loss(three, torch::ones({2, 3}), "").item<double>(), std::log(2.0),
              1e-6);
  EXPECT_THROW(classification_loss(three, torch::ones({2, 3}), "ranking"), Error);
}

}  // namespace
}  // namespace roformer::head
