#include "roformer/vocabulary/train_wordpiece.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/text/wordpiece_tokenizer.h"

namespace roformer::vocabulary {
namespace {

text::Vocabulary train(std::vector<std::string> chunks, const WordPieceTrainerOptions& options) {
  std::size_t next = 0;
  return train_wordpiece(
      [&](std::string& chunk) {
        if (next == chunks.size()) return false;
        chunk = chunks[next++];
        return true;
      },
      options);
}

using Tokens = std::vector<std::string>;

TEST(TrainWordPiece, MergesTheMostFrequentPairs) {
  const text::Vocabulary vocabulary =
      train({"hug hug hug pug\npug hugs"}, {.vocabulary_size = 100, .min_frequency = 2});
  EXPECT_EQ(vocabulary.tokens(),
            (Tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "g", "h", "p", "s", "u", "##g",
                    "##s", "##u", "##ug", "hug", "pug"}));
}

TEST(TrainWordPiece, StopsAtTheSize) {
  EXPECT_EQ(train({"hug hug hug pug pug hugs"}, {.vocabulary_size = 14}).size(), 14);
  // g is among the most frequent letters and takes two tokens; for the next one there is no room.
  EXPECT_EQ(train({"hug pug"}, {.vocabulary_size = 7}).tokens(),
            (Tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "g", "##g"}));
}

TEST(TrainWordPiece, TheAlphabetCanBeLimited) {
  const text::Vocabulary vocabulary =
      train({"aa ab a z z"}, {.vocabulary_size = 50, .alphabet_limit = 2});
  EXPECT_TRUE(vocabulary.find("a"));
  EXPECT_TRUE(vocabulary.find("z"));
  EXPECT_FALSE(vocabulary.find("b"));
  EXPECT_TRUE(vocabulary.find("aa") == std::nullopt);  // occurs once only
}

TEST(TrainWordPiece, ChunksMakeNoDifference) {
  const WordPieceTrainerOptions options{.vocabulary_size = 60};
  const Tokens whole = train({"the cat sat\non the mat\nthe end"}, options).tokens();
  EXPECT_EQ(train({"the cat sat\n", "on the mat", "the end\n"}, options).tokens(), whole);
}

TEST(TrainWordPiece, RepeatedLettersKeepTheirCounts) {
  // "aaaa" becomes a ##aa… whatever way overlapping pairs are counted; no pair may be merged twice.
  const text::Vocabulary vocabulary =
      train({"aaaa aaaa aaaaaaa aaaaaaa"}, {.vocabulary_size = 100});
  const text::Tokenizer tokenizer = text::wordpiece_tokenizer(vocabulary);
  EXPECT_EQ(tokenizer.encode("aaaaaaa", {.add_special_tokens = false}).size(), 1u);
}

TEST(TrainWordPiece, TextsWithoutWordsAreErrors) {
  EXPECT_THROW(train({}, {}), Error);
  EXPECT_THROW(train({" \n\t"}, {}), Error);
  EXPECT_THROW(train({"a"}, {.vocabulary_size = 5}), Error);
}

TEST(TrainWordPiece, MarksThatChangePlacesAreCounted) {
  const text::Vocabulary vocabulary =
      train({"a\xE3\x80\xAE\xCC\xB4", "\xE4\xB8\xAD\xE6\x96\x87"}, {.vocabulary_size = 50});
  EXPECT_TRUE(vocabulary.find("##\xE3\x80\xAE"));
  EXPECT_TRUE(vocabulary.find("\xE6\x96\x87"));
}

}  // namespace
}  // namespace roformer::vocabulary
