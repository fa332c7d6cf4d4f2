#include "roformer/attention/span.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

bool same_span(const Span& a, const Span& b) {
  return a.first_query == b.first_query && a.num_queries == b.num_queries &&
         a.first_key == b.first_key && a.num_keys == b.num_keys && a.prefix == b.prefix &&
         a.offset == b.offset;
}

torch::Tensor int32_offsets(const std::vector<std::int32_t>& offsets) {
  return torch::tensor(offsets, torch::kInt32);
}

TEST(Span, QueriesSeeTheirPrefixAndWhatCameBefore) {
  const Span span{0, 3, 0, 6, 2, 3};  // three queries behind three keys
  EXPECT_EQ(span.visible_keys(0), 4);
  EXPECT_EQ(span.visible_keys(2), 6);
  const Span prefixed{0, 6, 0, 6, 4, 0};
  EXPECT_EQ(prefixed.visible_keys(0), 4);
  EXPECT_EQ(prefixed.visible_keys(5), 6);
  const Span few{0, 9, 0, 2, 0, 0};
  EXPECT_EQ(few.visible_keys(8), 2);
}

TEST(Span, SelfSpansAreTheSequences) {
  const auto spans = self_spans(int32_offsets({0, 3, 3, 5}), 5, Visibility::two_sided);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_TRUE(same_span(spans[0], {0, 3, 0, 3, 3, 0}));
  EXPECT_TRUE(same_span(spans[1], {3, 0, 3, 0, 0, 0}));
  EXPECT_TRUE(same_span(spans[2], {3, 2, 3, 2, 2, 0}));
  EXPECT_EQ(self_spans(int32_offsets({0, 4}), 4, Visibility::causal)[0].prefix, 0);
}

TEST(Span, CrossSpansPairSequences) {
  const auto spans = cross_spans(int32_offsets({0, 1, 3}), 3, int32_offsets({0, 4, 4}), 4);
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_TRUE(same_span(spans[0], {0, 1, 0, 4, 4, 0}));
  EXPECT_TRUE(same_span(spans[1], {1, 2, 4, 0, 0, 0}));
  EXPECT_THROW(cross_spans(int32_offsets({0, 3}), 3, int32_offsets({0, 4, 4}), 4), Error);
}

TEST(Span, OffsetsAreChecked) {
  EXPECT_EQ(checked_offsets(int32_offsets({0}), 0), std::vector<std::int64_t>{0});
  EXPECT_THROW(checked_offsets(int32_offsets({1, 3}), 3), Error);
  EXPECT_THROW(checked_offsets(int32_offsets({0, 2}), 3), Error);
  EXPECT_THROW(checked_offsets(int32_offsets({0, 4, 3}), 3), Error);
  EXPECT_THROW(checked_offsets(torch::tensor({0, 3}), 3), Error);  // int64
  EXPECT_THROW(checked_offsets(int32_offsets({}), 0), Error);
}

TEST(Span, SpansMustFollowEachOther) {
  EXPECT_NO_THROW(check_spans({{0, 2, 5, 3, 0, 0}, {2, 1, 0, 8, 0, 7}}, 3, 8));
  EXPECT_THROW(check_spans({{0, 2, 0, 3, 0, 0}}, 3, 8), Error);  // a query left
  EXPECT_THROW(check_spans({{1, 2, 0, 3, 0, 0}}, 3, 8), Error);  // a gap
  EXPECT_THROW(check_spans({{0, 3, 6, 3, 0, 0}}, 3, 8), Error);  // keys beyond
  EXPECT_THROW(check_spans({{0, 3, -1, 3, 0, 0}}, 3, 8), Error);
  EXPECT_THROW(check_spans({{0, 3, 0, 3, 0, -1}}, 3, 8), Error);
}

TEST(Span, KeysInCommonAreFoundInAnyOrder) {
  EXPECT_NO_THROW(require_own_keys({}));
  EXPECT_NO_THROW(require_own_keys({{0, 1, 5, 3, 0, 0}, {1, 1, 0, 5, 0, 0}, {2, 1, 6, 0, 0, 0}}));
  EXPECT_THROW(require_own_keys({{0, 1, 4, 3, 0, 0}, {1, 1, 0, 5, 0, 0}}), Error);
  EXPECT_THROW(require_own_keys({{0, 1, 2, 3, 0, 0}, {1, 1, 2, 3, 0, 0}}), Error);
}

TEST(Span, TensorsKeepThem) {
  const std::vector<Span> spans = {{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}};
  const auto kept = spans_of(spans_tensor(spans));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_TRUE(same_span(kept[0], spans[0]) && same_span(kept[1], spans[1]));
  EXPECT_TRUE(spans_of(spans_tensor({})).empty());
}

TEST(SpanGroups, NeighboursAlikeAreOne) {
  const std::vector<Span> spans = {
      {0, 2, 0, 2, 2, 0}, {2, 2, 2, 2, 2, 0}, {4, 3, 4, 3, 3, 0}, {7, 2, 7, 2, 2, 0}};
  const auto groups = groups_of_equal_length(spans);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].size, 2);
  EXPECT_EQ(groups[1].size, 1);
  EXPECT_EQ(groups[1].first, 2);
  EXPECT_EQ(groups[2].first, 3);
  EXPECT_EQ(groups[2].span.first_query, 7);
  EXPECT_TRUE(groups_of_equal_length({}).empty());
}

// Prefix and offset are part of the shape.
TEST(SpanGroups, OtherVisibilityIsAnotherGroup) {
  EXPECT_EQ(groups_of_equal_length({{0, 2, 0, 2, 2, 0}, {2, 2, 2, 2, 0, 0}}).size(), 2u);
  EXPECT_EQ(groups_of_equal_length({{0, 1, 0, 3, 0, 2}, {1, 1, 3, 3, 0, 1}}).size(), 2u);
}

// Keys of a cache stand at any distance: one shape, but end to end only by copying.
TEST(SpanGroups, ScatteredKeysAreOneShape) {
  const std::vector<Span> spans = {{0, 1, 0, 2, 0, 1}, {1, 1, 6, 2, 0, 1}};
  EXPECT_EQ(groups_of_equal_length(spans).size(), 2u);
  const auto groups = groups_of_equal_shape(spans);
  ASSERT_EQ(groups.size(), 1u);
  const torch::Tensor x = torch::arange(8);
  EXPECT_TRUE(torch::equal(key_rows(x, spans, groups[0]), torch::tensor({0, 1, 6, 7})));
  const std::vector<Span> dense = {{0, 1, 2, 2, 0, 1}, {1, 1, 4, 2, 0, 1}};
  const torch::Tensor rows = key_rows(x, dense, groups_of_equal_shape(dense)[0]);
  EXPECT_TRUE(torch::equal(rows, torch::tensor({2, 3, 4, 5})));
  EXPECT_TRUE(rows.is_alias_of(x));
}

TEST(SpanGroups, HeadsOfAreViews) {
  const torch::Tensor x = torch::arange(6 * 2 * 3).view({6, 2, 3});
  const torch::Tensor heads = heads_of(x, 2, 2, 2);  // rows 2 .. 5 as two sequences of two
  EXPECT_EQ(heads.sizes(), torch::IntArrayRef({2, 2, 2, 3}));
  EXPECT_TRUE(torch::equal(heads[1][0][1], x[5][0]));
  EXPECT_TRUE(heads.is_alias_of(x));
}

}  // namespace
}  // namespace roformer::attention
