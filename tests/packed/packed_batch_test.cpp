#include "roformer/packed/packed_batch.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::packed {
namespace {

data::TokenBatch two_sequences() {
  data::TokenBatch batch;
  batch.tokens = {7, 8, 9};
  batch.cu_seqlens = {0, 1, 3};
  batch.position_ids = {0, 0, 1};
  batch.segment_ids = {0, 1, 1};
  return batch;
}

TEST(PackedBatch, CopiesAllVectors) {
  const PackedBatch batch = from_tokens(two_sequences());
  EXPECT_EQ(batch.num_tokens(), 3);
  EXPECT_EQ(batch.num_sequences(), 2);
  EXPECT_EQ(batch.tokens[2].item<std::int64_t>(), 9);
  EXPECT_EQ(batch.position_ids[2].item<std::int64_t>(), 1);
  EXPECT_EQ(batch.segment_ids[1].item<std::int64_t>(), 1);
  EXPECT_EQ(batch.cu_seqlens.scalar_type(), torch::kInt);
  EXPECT_TRUE(torch::equal(batch.to(torch::kCPU).tokens, batch.tokens));
}

TEST(PackedBatch, TakesNoSequenceAndEmptyOnes) {
  EXPECT_EQ(from_tokens({}).num_sequences(), 0);
  data::TokenBatch batch;
  batch.cu_seqlens = {0, 0, 0};
  EXPECT_EQ(from_tokens(batch).num_sequences(), 2);
}

TEST(PackedBatch, LengthsAreThoseOfTheSeenTokens) {
  PackedBatch batch = from_tokens(two_sequences());
  batch.position_ids = torch::tensor({-5, 8, 3}, torch::kInt64);
  EXPECT_EQ(sequence_lengths(batch), (std::vector<std::int64_t>{0, 9}));
  batch.num_keys = torch::tensor({0, 1}, torch::kInt32);
  EXPECT_EQ(sequence_lengths(batch), (std::vector<std::int64_t>{0, 9}));
  batch.position_ids = torch::tensor({4, 3, 8}, torch::kInt64);
  EXPECT_EQ(sequence_lengths(batch), (std::vector<std::int64_t>{0, 4}));
  batch.lengths = torch::tensor({7, 20}, torch::kInt64);
  EXPECT_EQ(sequence_lengths(batch.to(torch::kCPU)), (std::vector<std::int64_t>{7, 20}));
}

TEST(PackedBatch, FindsPositionsThatAreTooFar) {
  const std::int64_t most = farthest_position;
  EXPECT_FALSE(first_too_far(torch::empty({0}, torch::kInt64)));
  EXPECT_FALSE(first_too_far(torch::tensor({most, -most})));
  EXPECT_EQ(first_too_far(torch::tensor({most, most + 1, -most - 1})), 1);
  EXPECT_EQ(
      first_too_far(torch::tensor({std::int64_t{0}, std::numeric_limits<std::int64_t>::max()})), 1);
  EXPECT_EQ(first_too_far(torch::tensor({std::numeric_limits<std::int64_t>::min()})), 0);
}

TEST(PackedBatch, RefusesVectorsThatDisagree) {
  auto batch = two_sequences();
  batch.position_ids.pop_back();
  EXPECT_THROW(from_tokens(batch), Error);
  batch = two_sequences();
  batch.segment_ids.push_back(0);
  EXPECT_THROW(from_tokens(batch), Error);
  for (const std::vector<std::int32_t>& wrong :
       {std::vector<std::int32_t>{}, {1, 3}, {0, 2}, {0, 4, 3}, {0, -1, 3}}) {
    batch = two_sequences();
    batch.cu_seqlens = wrong;
    EXPECT_THROW(from_tokens(batch), Error);
  }
}

}  // namespace
}  // namespace roformer::packed
