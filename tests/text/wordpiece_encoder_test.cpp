#include "roformer/text/wordpiece_encoder.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;
using Offsets = std::vector<Offset>;

// Appends to what is there.
Ids ids_of(const WordPieceEncoder& encoder, std::string_view text) {
  Ids ids = {-5}, same = {-5};
  Offsets offsets = {{}};
  encoder.encode(text, ids);
  encoder.encode(text, same, &offsets);
  EXPECT_EQ(ids, same);
  EXPECT_EQ(offsets.size(), ids.size());
  EXPECT_EQ(ids.front(), -5);
  return {ids.begin() + 1, ids.end()};
}

const Vocabulary kWords({"[UNK]", "un", "##able", "##a", "a", ",", "new", "\xE4\xB8\xAD", "##b"});

TEST(WordPieceEncoder, LongestPiecesFromTheLeft) {
  const WordPieceEncoder encoder(kWords, {}, {});
  EXPECT_EQ(ids_of(encoder, "unable UNA"), (Ids{1, 2, 1, 3}));
  EXPECT_EQ(ids_of(encoder, "ab,ax"), (Ids{4, 8, 5, 0}));
  EXPECT_EQ(ids_of(encoder,
                   "a\xE4\xB8\xAD"
                   "a"),
            (Ids{4, 7, 4}));
  EXPECT_EQ(ids_of(encoder, " \t"), Ids{});
}

TEST(WordPieceEncoder, AddedTokensBeforeWords) {
  const WordPieceEncoder encoder(kWords, {}, {{.content = "new", .id = 6}});
  EXPECT_EQ(ids_of(encoder, "unnewa NEW"), (Ids{1, 6, 4, 6}));  // words too, by the vocabulary
  // One that joined the vocabulary later is no word.
  const WordPieceEncoder later(kWords, {}, {{.content = "new", .id = 6, .appended = true}});
  EXPECT_EQ(ids_of(later, "new NEW"), (Ids{6, 0}));
}

TEST(WordPieceEncoder, LongWordsAreUnknown) {
  TokenizerConfig config;
  config.max_word_length = 3;
  const WordPieceEncoder encoder(kWords, config, {});
  EXPECT_EQ(ids_of(encoder, "una unab"), (Ids{1, 3, 0}));
  EXPECT_EQ(ids_of(encoder, "\xC3\xA1\xC3\xA1\xC3\xA1\xC3\xA1"), Ids{0});
}

TEST(WordPieceEncoder, WhatItNeeds) {
  EXPECT_TRUE(
      tests::has_text(tests::error_message([] { WordPieceEncoder(Vocabulary({"a"}), {}, {}); }),
                      "expected the unknown token '[UNK]' among the 1 tokens"));
  TokenizerConfig config;
  config.max_word_length = 0;
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { WordPieceEncoder(kWords, config, {}); }),
                              "max_input_chars_per_word > 0 but got 0"));
}

}  // namespace
}  // namespace roformer::text
