#include "roformer/position/distances.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/position/distance_terms.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

using torch::Tensor;

// Positions that are consecutive, that have a gap, repeat or go back, and that lie far apart; all
// against the definition, pair by pair.
std::vector<std::pair<Tensor, Tensor>> position_pairs() {
  const Tensor in_order = torch::arange(4).expand({2, 4});
  return {{in_order, torch::arange(6).expand({2, 6})},
          {in_order + 10, torch::arange(14).expand({2, 14})},
          {torch::tensor({{0, 2, 2, 1}, {5, 4, 3, 9}}), torch::tensor({{3, 0, 1}, {7, 7, 2}})},
          {torch::tensor({{0, 1000000}, {5, 3}}), torch::tensor({{9, 0, 1}, {2, 8, 500000}})}};
}

std::int64_t row_of(const Tensor& values, std::int64_t distance) {
  return (values == distance).nonzero()[0][0].item<std::int64_t>();
}

TEST(Distances, ValuesHoldEachThatOccurs) {
  for (const auto& [q, k] : position_pairs()) {
    const Distances distances(q, k);
    const Tensor& values = distances.values();
    EXPECT_TRUE((values.diff() > 0).all().item<bool>());
    const Tensor all = (k.unsqueeze(1) - q.unsqueeze(2)).flatten();
    EXPECT_TRUE(torch::isin(all, values).all().item<bool>());
  }
}

TEST(Distances, EachPairTakesTheNumberOfItsDistance) {
  torch::manual_seed(1);
  for (const auto& [q, k] : position_pairs()) {
    const Distances distances(q, k);
    const std::int64_t groups = q.size(0), queries = q.size(1), keys = k.size(1),
                       rows = distances.values().size(0);
    const Tensor numbers = torch::randn({3, rows});
    const Tensor of_q = torch::randn({groups, 3, queries, rows}),
                 of_k = torch::randn({groups, 3, keys, rows});
    const Tensor spread = distances.spread(numbers).expand({groups, 3, queries, keys}),
                 taken_q = distances.of_queries(of_q), taken_k = distances.of_keys(of_k);
    const Tensor row_of_pair =
        distances.rows_of_pairs(torch::arange(rows)).expand({groups, queries, keys});
    for (std::int64_t g = 0; g < groups; ++g) {
      for (std::int64_t m = 0; m < queries; ++m) {
        for (std::int64_t n = 0; n < keys; ++n) {
          const auto distance = (k[g][n] - q[g][m]).item<std::int64_t>();
          const std::int64_t row = row_of(distances.values(), distance);
          ASSERT_EQ(row_of_pair[g][m][n].item<std::int64_t>(), row);
          ASSERT_TRUE(torch::equal(spread[g].select(1, m).select(1, n), numbers.select(1, row)));
          ASSERT_TRUE(torch::equal(taken_q[g].select(1, m).select(1, n),
                                   of_q[g].select(1, m).select(1, row)));
          ASSERT_TRUE(torch::equal(taken_k[g].select(1, m).select(1, n),
                                   of_k[g].select(1, n).select(1, row)));
        }
      }
    }
  }
}

TEST(Distances, WeightsOfARowAreSummed) {
  const Tensor q = torch::tensor({{4}}), k = torch::tensor({{0, 1, 4, 5}});
  const Distances distances(q, k);
  // Distances −4, −3, 0, 1 in rows 2, 2, 3, 4 of a table, of which those three are used.
  const Tensor rows_of_table = distances.values().clamp(-1, 1) + 3;
  const RowRange range = range_of(rows_of_table);
  EXPECT_EQ(range.first, 2);
  EXPECT_EQ(range.count, 3);
  const TableRows rows{range.count, distances.rows_of_pairs(rows_of_table - range.first)};
  const Tensor table = torch::arange(12).view({6, 2});
  const DistanceTable used = used_part(table, rows_of_table);
  EXPECT_TRUE(torch::equal(used.vectors, table.narrow(0, 2, 3)));
  EXPECT_TRUE(torch::equal(used.by_distance(), table.index_select(0, rows_of_table)));
  const Tensor weights = torch::tensor({0.1, 0.2, 0.3, 0.4}).view({1, 1, 1, 4});
  EXPECT_TRUE(torch::allclose(sum_by_row(weights, rows).flatten(),
                              torch::tensor({0.1 + 0.2, 0.3, 0.4}).to(torch::kFloat32)));
}

TEST(Distances, EmptyIsEmpty) {
  const Tensor none = torch::empty({1, 0}, torch::kInt64), some = torch::arange(3).unsqueeze(0);
  const Distances distances(none, some);
  EXPECT_EQ(distances.values().numel(), 0);
  EXPECT_EQ(distances.spread(torch::empty({2, 0})).sizes(), (torch::IntArrayRef{1, 2, 0, 3}));
  EXPECT_EQ(range_of(distances.values()).count, 0);
}

TEST(Distances, EqualRowsAreOne) {
  EXPECT_EQ(without_repetition(torch::tensor({{0, 3}, {0, 3}})).size(0), 1);
  EXPECT_EQ(without_repetition(torch::tensor({{0, 3}, {0, 4}})).size(0), 2);
}

// T5 with 32 buckets up to 128: a side has 16, 8 of them exact.
TEST(DistanceBuckets, T5OnBothSides) {
  const auto distances = torch::tensor({0, -1, -7, -8, -127, -500, 1, 7, 8, 500});
  EXPECT_TRUE(torch::equal(t5_two_sided_buckets(distances, 32, 128),
                           torch::tensor({0, 1, 7, 8, 15, 15, 17, 23, 24, 31})));
}

TEST(DistanceBuckets, T5OnOneSide) {
  const auto distances = torch::tensor({0, 1, 90, -1, -15, -16, -127, -500});
  EXPECT_TRUE(torch::equal(t5_causal_buckets(distances, 32, 128),
                           torch::tensor({0, 0, 0, 1, 15, 16, 31, 31})));
}

TEST(DistanceBuckets, DebertaKeepsSignAndNearDistances) {
  const auto expected = golden("deberta").at("v2_log_bucket");
  const auto distances = integers(expected.at("relative_position_m_minus_n"));
  const auto buckets = deberta_log_buckets(distances, 256, 512);
  EXPECT_TRUE(torch::equal(buckets, integers(expected.at("bucket"))));
  EXPECT_TRUE(torch::equal(deberta_log_buckets(-distances, 256, 512), -buckets));
  const auto near = torch::arange(-128, 129);
  EXPECT_TRUE(torch::equal(deberta_log_buckets(near, 256, 512), near));
}

}  // namespace
}  // namespace roformer::position
