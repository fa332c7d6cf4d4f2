#include "roformer/pipeline/text_pieces.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

TEST(TextPieces, WindowsCoverALineWithOverlap) {
  const SmallCheckpoint checkpoint("roformer");
  const TextEncoder encoder(checkpoint.tokenizer(), checkpoint.config(),
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

TEST(TextPieces, PiecesHaveTheTypeIdsOfTheirTokens) {
  const SmallCheckpoint checkpoint("roformer");
  const std::vector<std::string> texts{"the cat sat on a mat"};
  for (const LengthOptions& lengths :
       {LengthOptions{}, LengthOptions{.max_length = 5, .stride = 1},
        LengthOptions{.max_length = 4, .stride = {}, .truncate = true}}) {
    const TextEncoder encoder(checkpoint.tokenizer(), checkpoint.config(), lengths);
    for (const Piece& piece : encoder.encode({texts, 1}))
      EXPECT_EQ(piece.type_ids, std::vector<std::int32_t>(piece.ids.size(), 0));
  }
}

TEST(TextPieces, ARowIsATextOrTwo) {
  const SmallCheckpoint checkpoint("bert");
  const TextEncoder encoder(checkpoint.tokenizer(), checkpoint.config(),
                            {.max_length = 8, .stride = {}});
  const std::vector<std::string> texts{"the cat", "the\tcat sat", "\t", ""};
  const auto pieces = encoder.encode_rows({texts, 1});
  ASSERT_EQ(pieces.size(), 4u);
  EXPECT_EQ(pieces[0].ids, checkpoint.tokenizer().encode("the cat").ids);
  EXPECT_EQ(pieces[1].ids, checkpoint.tokenizer().encode_pair("the", "cat sat").ids);
  EXPECT_EQ(pieces[1].type_ids, (std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(pieces[2].ids.size(), 3u);
  EXPECT_EQ(pieces[3].ids.size(), 2u);
}

// Known apart, texts may have tabs, and a second one may be empty.
TEST(TextPieces, RowsOfTextsKnownApart) {
  const SmallCheckpoint checkpoint("bert");
  const TextEncoder encoder(checkpoint.tokenizer(), checkpoint.config(), {});
  const std::vector<TextRow> rows{{"the\tcat"}, {"the\tcat", "sat\ton"}, {"the", ""}};
  const auto pieces = encoder.encode_rows(TextRows{rows});
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0].ids, checkpoint.tokenizer().encode("the\tcat").ids);
  EXPECT_EQ(pieces[1].ids, checkpoint.tokenizer().encode_pair("the\tcat", "sat\ton").ids);
  EXPECT_EQ(pieces[1].type_ids, (std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(pieces[2].ids, checkpoint.tokenizer().encode_pair("the", "").ids);
}

TEST(TextPieces, ARowThatIsTooLongIsNamedOrCut) {
  const SmallCheckpoint checkpoint("bert");
  const std::vector<std::string> texts{"the", "the cat sat\ton a mat ."};
  const TextEncoder strict(checkpoint.tokenizer(), checkpoint.config(),
                           {.max_length = 7, .stride = {}});
  checkpoint::expect_error({"line 12", "7", "10", "--truncate"}, [&] {
    strict.encode_rows({texts, 11});
  });
  const TextEncoder cutting(checkpoint.tokenizer(), checkpoint.config(),
                            {.max_length = 7, .stride = {}, .truncate = true});
  const auto pieces = cutting.encode_rows({texts, 11});
  EXPECT_EQ(pieces[1].ids.size(), 7u);
  EXPECT_TRUE(pieces[1].is_cut);
  EXPECT_FALSE(pieces[0].is_cut);
}

TEST(TextPieces, WhatIsKeptOfARowIsChosen) {
  const SmallCheckpoint checkpoint("bert");
  const std::vector<std::string> texts{"the cat sat\ton a mat"};
  const auto kept = [&](text::KeptPart keep, std::int64_t length) {
    const TextEncoder encoder(checkpoint.tokenizer(), checkpoint.config(),
                              {.max_length = length, .stride = {}, .truncate = true, .keep = keep});
    return encoder.encode_rows({texts, 1}).at(0).ids;
  };
  const auto ids = [&](const char* first, const char* second) {
    return checkpoint.tokenizer().encode_pair(first, second).ids;
  };
  EXPECT_EQ(kept(text::KeptPart::head, 7), ids("the cat", "on a"));
  EXPECT_EQ(kept(text::KeptPart::tail, 7), ids("cat sat", "a mat"));
  EXPECT_EQ(kept(text::KeptPart::both, 7), ids("the sat", "on mat"));
  checkpoint::expect_error({"at least 5", "3 special tokens", "got 4"},
                           [&] { kept(text::KeptPart::head, 4); });
}

TEST(TextPieces, AVocabularyMayBeSmallerThanTheModels) {
  EXPECT_NO_THROW(require_fit(15, 16, "MODEL"));
  checkpoint::expect_error({"MODEL", "16", "17"}, [] { require_fit(17, 16, "MODEL"); });
}

TEST(TextPieces, ALineThatIsTooLongIsNamed) {
  const SmallCheckpoint checkpoint("roformer");
  const TextEncoder encoder(checkpoint.tokenizer(), checkpoint.config(),
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
    TextEncoder(bert.tokenizer(), bert.config(), options);
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
      TextEncoder(roformer.tokenizer(), roformer.config(), {.max_length = 9999, .stride = {}}));
  EXPECT_THROW(TextEncoder(roformer.tokenizer(), roformer.config(), {.max_length = 0, .stride = 3}),
               Error);
}

}  // namespace
}  // namespace roformer::pipeline
