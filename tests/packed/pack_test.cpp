#include "roformer/packed/pack.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::packed {
namespace {

torch::Tensor ids_of(std::int64_t rows, std::int64_t columns) {
  return torch::arange(100, 100 + rows * columns, torch::kLong).view({rows, columns});
}

std::vector<std::int64_t> values_of(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.to(torch::kLong).contiguous();
  return {plain.data_ptr<std::int64_t>(), plain.data_ptr<std::int64_t>() + plain.numel()};
}

using Values = std::vector<std::int64_t>;

TEST(Pack, TakesEverythingWithoutMask) {
  const PackedInputs packed = pack({.input_ids = ids_of(2, 3)});
  EXPECT_EQ(values_of(packed.batch.tokens), (Values{100, 101, 102, 103, 104, 105}));
  EXPECT_EQ(values_of(packed.batch.cu_seqlens), (Values{0, 3, 6}));
  EXPECT_EQ(values_of(packed.batch.position_ids), (Values{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(values_of(packed.batch.segment_ids), (Values{0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(packed.batch.cu_seqlens.scalar_type(), torch::kInt);
}

TEST(Pack, PositionsAreColumnsWhateverTheMask) {
  // padding right, left, a hole, nothing at all
  const torch::Tensor mask =
      torch::tensor({1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0}).view({4, 4});
  const PackedInputs packed = pack({.input_ids = ids_of(4, 4), .attention_mask = mask});
  EXPECT_EQ(values_of(packed.batch.tokens), (Values{100, 101, 106, 107, 108, 111}));
  EXPECT_EQ(values_of(packed.batch.cu_seqlens), (Values{0, 2, 4, 6, 6}));
  EXPECT_EQ(values_of(packed.batch.position_ids), (Values{0, 1, 2, 3, 0, 3}));
}

TEST(Pack, TakesOptionalInputsAtTheKeptPlaces) {
  const torch::Tensor mask = torch::tensor({0, 1, 1, 1, 1, 0}).view({2, 3}).to(torch::kFloat);
  const torch::Tensor types = torch::tensor({9, 1, 0, 1, 0, 9}, torch::kInt).view({2, 3});
  const torch::Tensor positions = torch::tensor({{5, 6, 7}}, torch::kLong);
  const PackedInputs packed = pack({.input_ids = ids_of(2, 3).to(torch::kInt),
                                    .attention_mask = mask,
                                    .token_type_ids = types,
                                    .position_ids = positions});
  EXPECT_EQ(values_of(packed.batch.tokens), (Values{101, 102, 103, 104}));
  EXPECT_EQ(values_of(packed.batch.segment_ids), (Values{1, 0, 1, 0}));
  EXPECT_EQ(values_of(packed.batch.position_ids), (Values{6, 7, 5, 6}));
  EXPECT_EQ(packed.batch.tokens.scalar_type(), torch::kLong);
}

// By value and place; what the mask leaves out may be anything.
TEST(Pack, RefusesPositionsNearTheEndsOfInt64) {
  for (const std::int64_t far : {std::numeric_limits<std::int64_t>::max(),
                                 std::numeric_limits<std::int64_t>::min(), farthest_position + 1}) {
    torch::Tensor positions = torch::zeros({2, 3}, torch::kLong);
    positions[1][2] = far;
    PaddedInputs inputs{.input_ids = ids_of(2, 3), .position_ids = positions};
    try {
      pack(inputs);
      FAIL() << far;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(fmt::format("{} in row 1, column 2", far)),
                std::string::npos)
          << error.what();
    }
    inputs.attention_mask = torch::tensor({1, 1, 1, 1, 1, 0}).view({2, 3});
    EXPECT_NO_THROW(pack(inputs));
  }
}

TEST(Pack, EmptyInputs) {
  for (const auto& [rows, columns] : {std::pair{0, 5}, std::pair{3, 0}, std::pair{0, 0}}) {
    const PackedInputs packed = pack({.input_ids = ids_of(rows, columns)});
    EXPECT_EQ(packed.batch.num_tokens(), 0);
    EXPECT_EQ(packed.batch.num_sequences(), rows);
    EXPECT_EQ(unpack(torch::zeros({0, 7}), packed).sizes(), (torch::IntArrayRef{rows, columns, 7}));
  }
}

TEST(Pack, UnpackRestoresPlacesAndZeros) {
  torch::manual_seed(1);
  for (int round = 0; round < 50; ++round) {
    const torch::Tensor mask = torch::randint(0, 2, {1 + round % 5, 1 + round % 9});
    const PackedInputs packed =
        pack({.input_ids = ids_of(mask.size(0), mask.size(1)), .attention_mask = mask});
    const torch::Tensor values = torch::rand({mask.size(0), mask.size(1), 2, 3}) + 1;
    const torch::Tensor kept = values.flatten(0, 1).index_select(0, packed.places);
    EXPECT_TRUE(
        torch::equal(unpack(kept, packed), values * mask.view({mask.size(0), mask.size(1), 1, 1})));
  }
}

TEST(Pack, RefusesWhatDoesNotFit) {
  const torch::Tensor ids = ids_of(2, 3);
  EXPECT_THROW(pack({}), Error);
  EXPECT_THROW(pack({.input_ids = ids.flatten()}), Error);
  EXPECT_THROW(pack({.input_ids = ids.to(torch::kFloat)}), Error);
  EXPECT_THROW(pack({.input_ids = ids, .attention_mask = torch::ones({3, 2})}), Error);
  EXPECT_THROW(pack({.input_ids = ids, .attention_mask = torch::full({2, 3}, -1e4)}), Error);
  EXPECT_THROW(pack({.input_ids = ids, .token_type_ids = torch::zeros({2, 2}, torch::kLong)}),
               Error);
  EXPECT_THROW(pack({.input_ids = ids, .position_ids = torch::rand({2, 3})}), Error);
  EXPECT_THROW(unpack(torch::zeros({5, 2}), pack({.input_ids = ids})), Error);
}

}  // namespace
}  // namespace roformer::packed
