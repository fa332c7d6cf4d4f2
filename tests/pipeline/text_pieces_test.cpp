#include "roformer/pipeline/text_pieces.h"

#include <gtest/gtest.h>

#include <numeric>

#include "roformer/base/error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

std::vector<Piece> pieces_of_lengths(const std::vector<std::size_t>& lengths) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    pieces.push_back({i, std::vector<std::int32_t>(lengths[i], static_cast<std::int32_t>(i)), 0});
  }
  return pieces;
}

TEST(TextPieces, LengthsAreTokensOfEachPiece) {
  EXPECT_EQ(lengths_of(pieces_of_lengths({5, 0, 2})), (std::vector<std::int64_t>{5, 0, 2}));
  EXPECT_TRUE(lengths_of({}).empty());
}

TEST(TextPieces, TokenBatchStandsEndToEnd) {
  const auto pieces = pieces_of_lengths({2, 1, 3});
  const std::vector<std::size_t> chosen{2, 0};
  const auto batch = token_batch(pieces, chosen);
  EXPECT_EQ(batch.tokens, (std::vector<std::int64_t>{2, 2, 2, 0, 0}));
  EXPECT_EQ(batch.cu_seqlens, (std::vector<std::int32_t>{0, 3, 5}));
  EXPECT_EQ(batch.position_ids, (std::vector<std::int64_t>{0, 1, 2, 0, 1}));
  EXPECT_EQ(batch.segment_ids, std::vector<std::int64_t>(5, 0));
}

TEST(TextPieces, WindowsCoverALineWithOverlap) {
  const SmallCheckpoint checkpoint("roformer");
  const TextEncoder encoder(checkpoint.folder(), checkpoint.config(),
                            {.max_length = 6, .stride = 1});
  const std::vector<std::string> texts{"", "the cat", "the cat sat on a mat . dog ran"};
  const auto pieces = encoder.encode({texts, 1});
  ASSERT_EQ(pieces.size(), 5u);  // 9 words in windows of 4 that share 1
  EXPECT_EQ(pieces[0].ids.size(), 2u);
  EXPECT_EQ(pieces[1].line, 1u);
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_EQ(pieces[i].line, 2u);
    EXPECT_EQ(pieces[i].begin, static_cast<std::int64_t>(3 * (i - 2)));
    EXPECT_LE(pieces[i].ids.size(), 6u);
  }
  EXPECT_EQ(pieces[2].ids[4], pieces[3].ids[1]);
}

TEST(TextPieces, ALineThatIsTooLongIsNamed) {
  const SmallCheckpoint checkpoint("roformer");
  const TextEncoder encoder(checkpoint.folder(), checkpoint.config(),
                            {.max_length = 4, .stride = {}});
  const std::vector<std::string> texts{"the cat", "the cat sat"};
  try {
    encoder.encode({texts, 41});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 42"), std::string::npos) << error.what();
  }
}

TEST(TextPieces, RefusesLengthsThatMakeNoSense) {
  const SmallCheckpoint bert("bert");
  const auto make = [&](LengthOptions options) {
    TextEncoder(bert.folder(), bert.config(), options);
  };
  EXPECT_NO_THROW(make({}));
  EXPECT_NO_THROW(
      make({.max_length = 0, .stride = 3}));  // the learned table's length is the maximum
  EXPECT_THROW(make({.max_length = 2, .stride = {}}), Error);
  EXPECT_THROW(make({.max_length = -5, .stride = {}}), Error);
  EXPECT_THROW(make({.max_length = 17, .stride = {}}), Error);
  EXPECT_THROW(make({.max_length = 8, .stride = 6}), Error);
  EXPECT_THROW(make({.max_length = 8, .stride = -1}), Error);
  const SmallCheckpoint roformer("roformer");
  EXPECT_NO_THROW(
      TextEncoder(roformer.folder(), roformer.config(), {.max_length = 9999, .stride = {}}));
  EXPECT_THROW(TextEncoder(roformer.folder(), roformer.config(), {.max_length = 0, .stride = 3}),
               Error);
}

}  // namespace
}  // namespace roformer::pipeline
