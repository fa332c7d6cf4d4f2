#include "roformer/position/learned.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "roformer/base/error.h"
#include "roformer/position/position_encoding.h"

namespace roformer::position {
namespace {

EncodingOptions learned_options(const std::string& name) {
  EncodingOptions options;
  options.settings.name = name;
  options.embedding_size = 12;
  options.head_size = 8;
  options.max_positions = 5;
  return options;
}

TEST(Learned, LearnedAddsItsRowAndKnowsItsLimit) {
  const auto encoding = make_encoding(learned_options("learned"));
  const auto table = encoding->named_parameters()["weight"];
  ASSERT_EQ(table.sizes(), (std::vector<std::int64_t>{5, 12}));
  const auto positions = encoding->prepare(torch::tensor({4, 0}), torch::kFloat32);
  EXPECT_TRUE(torch::equal(encoding->embed(torch::zeros({2, 12}), {}, positions),
                           table.index_select(0, torch::tensor({4, 0}))));
  EXPECT_THROW(encoding->prepare(torch::tensor({5}), torch::kFloat32), Error);
  EXPECT_THROW(encoding->prepare(torch::tensor({-1}), torch::kFloat32), Error);
}

}  // namespace
}  // namespace roformer::position
