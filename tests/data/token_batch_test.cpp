#include "roformer/data/token_batch.h"

#include <gtest/gtest.h>

#include <limits>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

using WideIds = std::vector<std::int64_t>;
using NarrowIds = std::vector<std::int32_t>;

TEST(TokenBatch, PutsSequencesEndToEnd) {
  TokenBatch batch;
  batch.append(WideIds{7, 8, 9});
  batch.append(WideIds{});
  batch.append(NarrowIds{4, 5}, 10);
  batch.append(NarrowIds{6}, 0, NarrowIds{1});
  batch.append(WideIds{3}, -2);
  EXPECT_EQ(batch.tokens, (WideIds{7, 8, 9, 4, 5, 6, 3}));
  EXPECT_EQ(batch.cu_seqlens, (NarrowIds{0, 3, 3, 5, 6, 7}));
  EXPECT_EQ(batch.position_ids, (WideIds{0, 1, 2, 10, 11, 0, -2}));
  EXPECT_EQ(batch.segment_ids, (WideIds{0, 0, 0, 0, 0, 1, 0}));
}

TEST(TokenBatch, BeginsWithoutSequences) {
  const TokenBatch batch;
  EXPECT_EQ(batch.cu_seqlens, NarrowIds{0});
}

TEST(TokenBatch, RefusesMoreTokensThanItCanCountByTheirNumber) {
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  TokenBatch batch;
  batch.cu_seqlens = {0, most - 2};  // as if so many were there
  batch.append(WideIds{1, 2});
  EXPECT_EQ(batch.cu_seqlens.back(), most);
  try {
    batch.append(WideIds{3, 4, 5});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("2147483650"), std::string::npos) << error.what();
  }
  EXPECT_EQ(batch.tokens, (WideIds{1, 2})) << "nothing is added";
}

TEST(TokenBatch, RefusesSegmentsOfAnotherNumber) {
  TokenBatch batch;
  EXPECT_THROW(batch.append(WideIds{1, 2}, 0, NarrowIds{1}), Error);
}

}  // namespace
}  // namespace roformer::data
