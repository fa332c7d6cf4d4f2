#include "roformer/text/sentencepiece_library.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::text {
namespace {

TEST(SentencePieceModel, PiecesThereAndBack) {
  const std::string bytes = tests::small_sentencepiece();
  const SentencePieceModel model(bytes, "m");
  EXPECT_EQ(model.bytes(), bytes);
  const std::string line = "the small dog";
  const auto pieces = model.encode(line);
  const auto ids = model.encode_ids(line);
  ASSERT_EQ(pieces.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(model.piece(ids[i]), pieces[i]);
  EXPECT_TRUE(pieces.front().starts_with("\xE2\x96\x81"));
  EXPECT_EQ(model.decode(pieces), line);
  EXPECT_EQ(model.decode({}), "");
}

TEST(SentencePieceModel, WhatStandsForText) {
  const SentencePieceModel model(tests::small_sentencepiece(), "m");
  int unknown = 0, text = 0;
  for (int id = 0; id < model.size(); ++id) {
    unknown += model.is_unknown(id);
    text += model.is_text(id);
    EXPECT_FALSE(model.is_unknown(id) && model.is_text(id));
  }
  EXPECT_EQ(unknown, 1);
  EXPECT_EQ(text, 97);  // of a table of a hundred: without </s>, <unk>, <pad>
  // Neighbouring unknown characters are one id, and stand as they are among the pieces.
  EXPECT_TRUE(model.is_unknown(model.encode_ids("\xE2\x98\x83\xE2\x98\x83").back()));
  EXPECT_EQ(model.encode("\xE2\x98\x83\xE2\x98\x83").back(), "\xE2\x98\x83\xE2\x98\x83");
}

TEST(SentencePieceModel, WhatIsNoModel) {
  const auto message = [](std::string bytes) {
    return tests::error_message([&] { SentencePieceModel(bytes, "some.model"); });
  };
  EXPECT_TRUE(tests::has_text(message(""),
                              "some.model: expected a SentencePiece model but got an empty file"));
  EXPECT_TRUE(
      tests::has_text(message("no model at all"), "some.model: expected a SentencePiece model"));
}

}  // namespace
}  // namespace roformer::text
