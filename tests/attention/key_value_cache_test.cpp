// tests of the cache alone: what moves and what does not when sequences are selected.
#include "roformer/attention/key_value_cache.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <numeric>
#include <random>

namespace roformer::attention {
namespace {

using torch::Tensor;

// A cache beside the sequences that it ought to keep: key and value of a token are made of one
// number.
class Watched {
 public:
  Watched(std::int64_t layers, std::int64_t sequences)
      : cache(layers, sequences), layers_(layers), kept_(static_cast<std::size_t>(sequences)) {}

  void extend(const std::vector<std::int64_t>& counts) {
    std::vector<std::int32_t> offsets = {0};
    std::vector<std::int64_t> positions;
    std::vector<float> numbers;
    for (std::size_t b = 0; b < counts.size(); ++b) {
      for (std::int64_t i = 0; i < counts[b]; ++i) {
        positions.push_back(std::ssize(kept_[b]));
        numbers.push_back(++last_);
        kept_[b].push_back(last_);
      }
      offsets.push_back(static_cast<std::int32_t>(positions.size()));
    }
    spans = cache.extend(torch::tensor(offsets, torch::kInt32),
                         torch::tensor(positions, torch::kInt64));
    const Tensor x = torch::tensor(numbers).view({std::ssize(numbers), 1, 1}).expand({-1, 2, 3});
    for (std::int64_t layer = 0; layer < layers_; ++layer)
      cache.write(layer, x + 1000 * static_cast<double>(layer), -x);
  }

  void select(const std::vector<std::int64_t>& sequences) {
    std::vector<std::vector<float>> kept;
    for (const std::int64_t b : sequences) kept.push_back(kept_[static_cast<std::size_t>(b)]);
    kept_ = std::move(kept);
    cache.select(sequences);
  }

  void add(std::int64_t count) {
    kept_.resize(kept_.size() + static_cast<std::size_t>(count));
    cache.add(count);
  }

  void expect_kept() const {
    ASSERT_EQ(cache.num_sequences(), std::ssize(kept_));
    const Tensor positions = cache.positions();
    for (std::int64_t b = 0; b < cache.num_sequences(); ++b) {
      const auto& wanted = kept_[static_cast<std::size_t>(b)];
      ASSERT_EQ(cache.length(b), std::ssize(wanted));
      if (wanted.empty()) continue;
      const std::int64_t first = cache.slot(b) * positions.size(0) / cache.num_slots();
      const Tensor numbers = torch::tensor(wanted);
      EXPECT_TRUE(torch::equal(positions.narrow(0, first, std::ssize(wanted)),
                               torch::arange(std::ssize(wanted))));
      for (std::int64_t layer = 0; layer < layers_; ++layer) {
        const Tensor keys = cache.keys(layer).narrow(0, first, std::ssize(wanted));
        EXPECT_TRUE(torch::equal(keys.select(2, 2).select(1, 1),
                                 numbers + 1000 * static_cast<double>(layer)));
        const Tensor values = cache.values(layer).narrow(0, first, std::ssize(wanted));
        EXPECT_TRUE(torch::equal(values.select(2, 0).select(1, 0), -numbers));
      }
    }
  }

  KeyValueCache cache;
  std::vector<Span> spans;

 private:
  std::int64_t layers_;
  std::vector<std::vector<float>> kept_;
  float last_ = 0;
};

TEST(KeyValueCacheTest, AnotherOrderCopiesNothing) {
  Watched watched(2, 3);
  watched.extend({4, 1, 7});
  const void* before = watched.cache.keys(1).data_ptr();
  watched.select({2, 0, 1});
  EXPECT_EQ(watched.cache.slot(0), 2);
  EXPECT_EQ(watched.cache.copied_rows(), 0);
  EXPECT_EQ(watched.cache.keys(1).data_ptr(), before);
  watched.expect_kept();
  watched.extend({1, 0, 2});
  EXPECT_EQ(watched.spans[0].num_keys, 8);
  EXPECT_EQ(watched.spans[0].offset, 7);
  watched.expect_kept();
}

TEST(KeyValueCacheTest, SequencesTakenTwiceGoTheirOwnWays) {
  Watched watched(2, 2);
  watched.extend({3, 5});
  watched.select({1, 1, 0, 1});
  EXPECT_EQ(watched.cache.num_slots(), 4);
  EXPECT_EQ(watched.cache.copied_rows(), 10);
  watched.extend({1, 1, 1, 1});
  watched.expect_kept();
}

TEST(KeyValueCacheTest, ASlotThatHasTheBeginningGetsTheRest) {
  Watched watched(1, 1);
  watched.extend({40});
  watched.select({0, 0});
  EXPECT_EQ(watched.cache.copied_rows(), 40);
  watched.extend({1, 1});
  watched.select({1, 1});  // the first one's slot is free, and differs in one row
  EXPECT_EQ(watched.cache.copied_rows(), 41);
  watched.expect_kept();
  watched.extend({1, 1});
  watched.expect_kept();
}

TEST(KeyValueCacheTest, ShrinksAndGrows) {
  Watched watched(2, 4);
  watched.extend({2, 3, 0, 70});
  watched.select({3});
  watched.extend({90});
  watched.expect_kept();
  watched.select({0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(watched.cache.num_slots(), 7);
  watched.extend({1, 2, 3, 4, 5, 6, 300});
  watched.expect_kept();
  watched.select({});
  EXPECT_EQ(watched.cache.num_sequences(), 0);
  watched.extend({});
}

TEST(KeyValueCacheTest, EmptySequencesMayBeSelected) {
  Watched watched(1, 2);
  watched.select({1, 1, 0});
  watched.extend({2, 0, 1});
  watched.select({1, 0, 0, 2});
  watched.extend({1, 1, 1, 1});
  watched.expect_kept();
}

TEST(KeyValueCacheTest, NewSequencesTakeFreeSlotsFirst) {
  Watched watched(2, 0);
  watched.add(3);
  watched.extend({2, 70, 5});
  watched.select({2, 2});
  EXPECT_EQ(watched.cache.num_slots(), 3);
  watched.add(1);
  EXPECT_EQ(watched.cache.num_slots(), 3);
  watched.extend({1, 1, 4});
  watched.expect_kept();
  watched.add(2);
  EXPECT_EQ(watched.cache.num_slots(), 5);
  watched.extend({0, 1, 100, 2, 3});
  watched.expect_kept();
  watched.select({4, 2, 2, 0});
  watched.extend({1, 1, 1, 1});
  watched.expect_kept();
  watched.select({});
  watched.add(2);
  watched.extend({3, 1});
  watched.expect_kept();
}

TEST(KeyValueCacheTest, ManyRandomSelections) {
  std::mt19937 random(5);
  Watched watched(2, 3);
  for (int step = 0; step < 150; ++step) {
    std::vector<std::int64_t> counts, chosen;
    for (std::int64_t b = 0; b < watched.cache.num_sequences(); ++b)
      counts.push_back(static_cast<std::int64_t>(random() % 3));
    watched.extend(counts);
    watched.expect_kept();
    const std::size_t next = 1 + random() % 9;
    while (chosen.size() < next)
      chosen.push_back(static_cast<std::int64_t>(random()) % watched.cache.num_sequences());
    watched.select(chosen);
    watched.expect_kept();
  }
}

TEST(KeyValueCacheTest, WhatCrossAttentionSeesStays) {
  Watched watched(1, 2);
  const Tensor memory = torch::randn({5, 2, 1, 3});
  watched.cache.set_memory(0, memory);
  watched.extend({1, 1});
  watched.select({1, 1, 0});
  EXPECT_EQ(watched.cache.memory(0).data_ptr(), memory.data_ptr());
}

}  // namespace
}  // namespace roformer::attention
