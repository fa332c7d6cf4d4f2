#include "roformer/generate/alignment.h"

#include <gtest/gtest.h>

#include "tests/generate/translation_models.h"

namespace roformer::generate {
namespace {

using torch::Tensor;

TEST(Alignment, HasOneRowAToken) {
  const auto model = make_translator(translation_config());
  auto sources = random_sources({4, 7, 1, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 9, 2});
  std::vector<std::vector<std::int64_t>> targets(sources.size(), {5, 6});
  targets[1] = {9};
  targets[2] = {};
  const auto weights = align(model, sources, targets);
  ASSERT_EQ(weights.size(), sources.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    ASSERT_EQ(weights[i].size(0), std::ssize(targets[i]) + 1);
    ASSERT_EQ(weights[i].size(1), std::ssize(sources[i]));
    EXPECT_TRUE(torch::allclose(weights[i].sum(1), torch::ones(weights[i].size(0)), 1e-5, 1e-5));
    const Tensor alone = align(model, {sources[i]}, {targets[i]})[0];
    EXPECT_LE((alone - weights[i]).abs().max().item<double>(), 1e-5);
  }
  EXPECT_FALSE(torch::allclose(weights[0][0], weights[0][1], 1e-3, 1e-3));
  EXPECT_TRUE(align(model, {}, {}).empty());
}

}  // namespace
}  // namespace roformer::generate
