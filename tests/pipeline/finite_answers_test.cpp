#include "roformer/pipeline/finite_answers.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "tests/checkpoint/expect_error.h"

namespace roformer::pipeline {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(FiniteAnswers, OfALine) {
  EXPECT_NO_THROW(require_finite(-1e300, "scores", 3, "MODEL"));
  const std::vector<float> fine{0, -1e38f, 1e-45f};
  EXPECT_NO_THROW(require_finite(fine, "scores", 3, "MODEL"));
  EXPECT_NO_THROW(require_finite(std::span<const float>(), "scores", 3, "MODEL"));
  const auto expect_refused = [](float number, const char* word) {
    checkpoint::expect_error(
        {"[pipeline] line 3: expected finite scores", word, "weights of MODEL"},
        [&] { require_finite(number, "scores", 3, "MODEL"); });
    const std::vector<float> spoilt{0, number, 1};
    checkpoint::expect_error({"line 3", word},
                             [&] { require_finite(spoilt, "scores", 3, "MODEL"); });
  };
  expect_refused(std::nanf(""), "got nan:");
  expect_refused(-std::nanf(""), "got nan:");
  expect_refused(kInfinity, "got inf:");
  expect_refused(-kInfinity, "got -inf:");
}

TEST(FiniteAnswers, OfTensors) {
  const torch::Tensor fine = torch::zeros({2, 3}), spoilt = torch::full({2, 3}, -kInfinity);
  EXPECT_NO_THROW(
      require_finite({{"logits", fine}, {"ids", torch::zeros({2}, torch::kLong)}}, "MODEL"));
  EXPECT_NO_THROW(require_finite({{"logits", torch::zeros({0, 3})}}, "MODEL"));
  // The mean over no label is none.
  EXPECT_NO_THROW(
      require_finite({{"logits", fine}, {"loss", torch::full({}, std::nan(""))}}, "MODEL"));
  checkpoint::expect_error({"finite logits but got -inf", "weights of MODEL"}, [&] {
    require_finite({{"a", fine}, {"logits", spoilt}}, "MODEL");
  });
}

}  // namespace
}  // namespace roformer::pipeline
