#include "roformer/data/masked_language_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

constexpr std::int64_t masking_vocab = 50, masking_mask = 3;

// Ids 0 … 4 are special.
MaskingVocabulary five_special() {
  MaskingVocabulary vocabulary{masking_vocab, masking_mask,
                               std::vector<bool>(masking_vocab, false)};
  std::fill_n(vocabulary.special.begin(), 5, true);
  return vocabulary;
}

std::vector<std::int64_t> ordinary_tokens(std::size_t count) {
  std::vector<std::int64_t> tokens(count);
  for (std::size_t i = 0; i < count; ++i) tokens[i] = 5 + static_cast<std::int64_t>(i) % 45;
  return tokens;
}

TEST(Masking, CountAndLabels) {
  for (const std::size_t count : {1u, 2u, 3u, 7u, 20u, 510u}) {
    const auto before = ordinary_tokens(count);
    auto tokens = before;
    const auto masked = mask_tokens(tokens, {}, five_special(), 11);
    const auto expected =
        std::max<std::int64_t>(1, std::llround(0.15 * static_cast<double>(count)));
    ASSERT_EQ(static_cast<std::int64_t>(masked.positions.size()), expected);
    EXPECT_TRUE(std::is_sorted(masked.positions.begin(), masked.positions.end()));
    EXPECT_EQ(std::adjacent_find(masked.positions.begin(), masked.positions.end()),
              masked.positions.end());
    for (std::size_t i = 0; i < masked.positions.size(); ++i) {
      const auto at = static_cast<std::size_t>(masked.positions[i]);
      EXPECT_EQ(masked.labels[i], before[at]);
      tokens[at] = before[at];
    }
    EXPECT_EQ(tokens, before);  // nothing else was touched
  }
}

TEST(Masking, SharesOfTreatments) {
  const auto before = ordinary_tokens(100000);
  auto tokens = before;
  const auto masked = mask_tokens(tokens, {}, five_special(), 1);
  double mask = 0, kept = 0, random = 0;
  for (const auto position : masked.positions) {
    const auto at = static_cast<std::size_t>(position);
    mask += tokens[at] == masking_mask;
    kept += tokens[at] == before[at];
    random += tokens[at] != before[at] && tokens[at] != masking_mask;
    EXPECT_TRUE(tokens[at] == masking_mask || tokens[at] >= 5);
  }
  const auto count = static_cast<double>(masked.positions.size());
  EXPECT_NEAR(mask / count, 0.8, 0.015);
  EXPECT_NEAR(kept / count, 0.1 + 0.1 / 45, 0.012);  // a random token may be the same
  EXPECT_NEAR(random / count, 0.1 - 0.1 / 45, 0.012);
}

TEST(Masking, SpecialTokensStay) {
  std::vector<std::int64_t> tokens = {2, 0, 1, 4, 4};
  EXPECT_TRUE(mask_tokens(tokens, {}, five_special(), 1).positions.empty());
  EXPECT_EQ(tokens, (std::vector<std::int64_t>{2, 0, 1, 4, 4}));
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::vector<std::int64_t> mixed = {2, 7, 4};
    EXPECT_EQ(mask_tokens(mixed, {}, five_special(), seed).positions, std::vector<std::int64_t>{1});
    EXPECT_EQ(mixed[0], 2);
    EXPECT_EQ(mixed[2], 4);
  }
  std::vector<std::int64_t> none;
  EXPECT_TRUE(mask_tokens(none, {}, five_special(), 1).positions.empty());
}

TEST(Masking, SameSeedSameMask) {
  auto a = ordinary_tokens(200), b = a, c = a;
  mask_tokens(a, {}, five_special(), 5);
  mask_tokens(b, {}, five_special(), 5);
  mask_tokens(c, {}, five_special(), 6);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Masking, ExtremeShares) {
  auto tokens = ordinary_tokens(40);
  EXPECT_EQ(mask_tokens(tokens, {1.0, 1.0, 0.0}, five_special(), 1).positions.size(), 40u);
  EXPECT_EQ(tokens, std::vector<std::int64_t>(40, masking_mask));
  tokens = ordinary_tokens(40);
  EXPECT_EQ(mask_tokens(tokens, {0.0, 0.0, 0.0}, five_special(), 1).positions.size(), 1u);
  EXPECT_EQ(tokens, ordinary_tokens(40));
}

TEST(Masking, IdsOutsideTheVocabularyAreErrors) {
  std::vector<std::int64_t> tokens = {7, masking_vocab};
  EXPECT_THROW(mask_tokens(tokens, {}, five_special(), 1), Error);
  tokens = {-1};
  EXPECT_THROW(mask_tokens(tokens, {}, five_special(), 1), Error);
}

}  // namespace
}  // namespace roformer::data
