// Dense layers behind a pooling against torch::linear.
#include "roformer/pipeline/sentence_steps.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "roformer/format/safetensors.h"
#include "tests/base/test_files.h"

namespace roformer::pipeline {
namespace {

using tests::error_message;
using tests::has_text;

class SentenceStepsTest : public testing::Test {
 protected:
  VectorStep step(const std::map<std::string, torch::Tensor>& tensors, SentenceStep step = {}) {
    format::save_tensors(files_.path() / "model.safetensors", tensors);
    step.kind = SentenceStep::Kind::dense;
    step.folder = files_.path();
    return make_step(step);
  }
  tests::TestFolder files_;
  const torch::Tensor x_ = torch::randn({3, 4}), square_ = torch::randn({4, 4}),
                      wide_ = torch::randn({5, 4}), bias_ = torch::randn({5});
};

TEST_F(SentenceStepsTest, Dense) {
  const auto tanh = step({{"linear.weight", wide_}, {"linear.bias", bias_}})(x_);
  EXPECT_TRUE(torch::allclose(tanh, torch::tanh(torch::linear(x_, wide_, bias_))));
  const auto plain =
      step({{"linear.weight", wide_}}, {.activation = "identity", .bias = false})(x_);
  EXPECT_TRUE(torch::allclose(plain, torch::linear(x_, wide_)));
  const auto gelu = step({{"linear.weight", wide_}}, {.activation = "gelu", .bias = false})(x_);
  EXPECT_TRUE(torch::allclose(gelu, torch::gelu(torch::linear(x_, wide_)), 1e-5, 1e-6));
}

TEST_F(SentenceStepsTest, Residual) {
  const SentenceStep residual{.activation = "identity", .bias = false, .residual = true};
  EXPECT_TRUE(torch::allclose(step({{"linear.weight", square_}}, residual)(x_),
                              torch::linear(x_, square_) + x_));
  const auto other = torch::randn({5, 4});
  EXPECT_TRUE(
      torch::allclose(step({{"linear.weight", wide_}, {"residual.weight", other}}, residual)(x_),
                      torch::linear(x_, wide_) + torch::linear(x_, other)));
}

TEST_F(SentenceStepsTest, WeightsThatDoNotFitAreNamed) {
  EXPECT_TRUE(has_text(error_message([&] { step({{"linear.weight", wide_}}); }), "linear.bias"));
  EXPECT_TRUE(has_text(error_message([&] {
                         step({{"linear.weight", wide_}, {"linear.bias", torch::ones({4})}});
                       }),
                       "expected linear.bias to be [5] but got [4]"));
  EXPECT_TRUE(has_text(error_message([&] {
                         step({{"linear.weight", wide_}, {"linear.bias", bias_}, {"odd", bias_}});
                       }),
                       "got odd too"));
  const auto five = step({{"linear.weight", wide_}}, {.bias = false});
  EXPECT_TRUE(has_text(error_message([&] {
                         five(torch::ones({2, 5}));
                       }),
                       "of 4 numbers but got 5"));
}

TEST_F(SentenceStepsTest, LengthOne) {
  const auto scaled = make_step({})(torch::cat({x_, torch::zeros({1, 4})}));
  EXPECT_TRUE(torch::allclose(scaled.slice(0, 0, 3).norm(2, -1), torch::ones({3})));
  EXPECT_TRUE(torch::equal(scaled[3], torch::zeros({4})));
}

}  // namespace
}  // namespace roformer::pipeline
