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
