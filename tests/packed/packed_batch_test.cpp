#include "roformer/packed/packed_batch.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/packed/with_empty.h"

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

TEST(PackedBatch, TakesNoSequence) {
  EXPECT_EQ(from_tokens({}).num_sequences(), 0);
  EXPECT_EQ(from_tokens_with_empty({}).num_sequences(), 0);
}

TEST(PackedBatch, TakesEmptySequencesWhereTheyAreMeant) {
  data::TokenBatch batch;
  batch.cu_seqlens = {0, 0, 0};
  EXPECT_EQ(from_tokens_with_empty(batch).num_sequences(), 2);
  batch = two_sequences();
  batch.cu_seqlens = {0, 0, 1, 1, 3, 3};
  const PackedBatch packed = from_tokens_with_empty(batch);
  EXPECT_EQ(packed.num_sequences(), 5);
  EXPECT_EQ(sequence_lengths(packed), (std::vector<std::int64_t>{0, 1, 0, 2, 0}));
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

std::string refusal(const data::TokenBatch& batch, decltype(from_tokens) pack = from_tokens) {
  try {
    pack(batch);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

std::string refusal_of_offsets(const std::vector<std::int32_t>& offsets) {
  data::TokenBatch batch = two_sequences();
  batch.cu_seqlens = offsets;
  return refusal(batch);
}

TEST(PackedBatch, RefusesVectorsThatDisagree) {
  auto batch = two_sequences();
  batch.position_ids.pop_back();
  EXPECT_EQ(refusal(batch), "[packed] expected 3 position_ids but got 2");
  batch = two_sequences();
  batch.segment_ids.push_back(0);
  EXPECT_EQ(refusal(batch), "[packed] expected 3 segment_ids but got 4");
}

TEST(PackedBatch, RefusesOffsetsThatAreNone) {
  EXPECT_EQ(refusal_of_offsets({}), "[packed] expected cu_seqlens from 0 to 3 but got none");
  EXPECT_EQ(refusal_of_offsets({1, 3}), "[packed] expected cu_seqlens to begin with 0 but got 1");
  EXPECT_EQ(refusal_of_offsets({0, 2}),
            "[packed] expected cu_seqlens to end at 3 tokens but got 2");
  EXPECT_EQ(refusal_of_offsets({0, 4, 3}),
            "[packed] expected ascending cu_seqlens but got 4 before 3");
  EXPECT_EQ(refusal_of_offsets({0, -1, 3}),
            "[packed] expected ascending cu_seqlens but got 0 before -1");
}

TEST(PackedBatch, RefusesSequencesWithoutATokenUnlessTheyAreMeant) {
  const std::string sequence =
      "[packed] expected a token in every sequence but got none in sequence ";
  const std::string way_out = " twice (from_tokens_with_empty takes such)";
  EXPECT_EQ(refusal_of_offsets({0, 0, 3}), sequence + "0: cu_seqlens has 0" + way_out);
  EXPECT_EQ(refusal_of_offsets({0, 1, 1, 3}), sequence + "1: cu_seqlens has 1" + way_out);
  EXPECT_EQ(refusal_of_offsets({0, 1, 3, 3}), sequence + "2: cu_seqlens has 3" + way_out);
}

TEST(PackedBatch, RefusesNegativeIds) {
  for (const auto pack : {from_tokens, from_tokens_with_empty}) {
    auto batch = two_sequences();
    batch.tokens[1] = -100;
    EXPECT_EQ(refusal(batch, pack), "[packed] expected tokens from 0 on but got -100 at token 1");
    batch = two_sequences();
    batch.segment_ids[2] = -1;
    EXPECT_EQ(refusal(batch, pack),
              "[packed] expected segment_ids from 0 on but got -1 at token 2");
  }
}

}  // namespace
}  // namespace roformer::packed
