#include "roformer/data/prefix_batch.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

using Ids = std::vector<std::int32_t>;
using Numbers = std::vector<std::int64_t>;

TEST(PrefixBatch, AsksForTheSecondTextOnly) {
  PrefixBatch rows;
  rows.append(Ids{2, 10, 11, 3}, Ids{12, 13, 3});
  rows.append(Ids{2, 3}, Ids{3});
  rows.append(Ids{2, 14, 3}, {});
  EXPECT_EQ(rows.batch.tokens, (Numbers{2, 10, 11, 3, 12, 13, 3, 2, 3, 3, 2, 14, 3}));
  EXPECT_EQ(rows.batch.segment_ids, (Numbers{0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(rows.batch.position_ids, (Numbers{0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(rows.batch.cu_seqlens, (Ids{0, 7, 10, 13}));
  EXPECT_EQ(rows.prefix_lengths, (Numbers{4, 2, 3}));
  EXPECT_EQ(rows.asked, (Numbers{3, 4, 5, 8}));
  EXPECT_EQ(rows.labels, (Numbers{12, 13, 3, 3}));
}

TEST(PrefixBatch, NeedsAPrefix) {
  PrefixBatch rows;
  EXPECT_THROW(rows.append({}, Ids{3}), Error);
}

}  // namespace
}  // namespace roformer::data
