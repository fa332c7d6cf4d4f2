#include "roformer/pipeline/text_stream.h"

#include <gtest/gtest.h>

#include "roformer/text/byte_tokenizer.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/unicode/utf8.h"

namespace roformer::pipeline {
namespace {

std::vector<std::int64_t> byte_ids(const std::string& text) {
  std::vector<std::int64_t> ids;
  for (const char c : text) ids.push_back(3 + static_cast<unsigned char>(c));
  return ids;
}

// The pieces that come out of a text, each checked to be whole characters.
std::string streamed(const std::vector<std::int64_t>& ids, std::vector<std::string> stops,
                     std::size_t* pieces = nullptr) {
  TextStream stream(text::byte_tokenizer(), std::move(stops));
  std::string all;
  for (const std::int64_t id : ids) {
    const std::string piece = stream.add(id);
    EXPECT_TRUE(unicode::is_utf8(piece));
    all += piece;
    if (pieces != nullptr && !piece.empty()) ++*pieces;
    if (stream.stopped()) break;
  }
  return all + stream.finish();
}

TEST(TextStreamTest, CharactersAreHeldBackUntilTheyAreWhole) {
  const std::string text = "a ü 漢 😀 b";
  std::size_t pieces = 0;
  EXPECT_EQ(streamed(byte_ids(text), {}, &pieces), text);
  EXPECT_EQ(pieces, static_cast<std::size_t>(unicode::count_code_points(text)));
}

TEST(TextStreamTest, PiecesJoinToWhatDecodeGives) {
  const std::string broken = "x\xE6\xBC y\xF0\x9F\x98 \xFF\x80z\xE6\xBC";
  std::vector<std::int32_t> ids;
  for (const std::int64_t id : byte_ids(broken)) ids.push_back(static_cast<std::int32_t>(id));
  EXPECT_EQ(streamed(byte_ids(broken), {}), text::byte_tokenizer().decode(ids));
  auto with_special = byte_ids("ab");
  with_special.insert(with_special.begin() + 1, {0, 1, 2});
  EXPECT_EQ(streamed(with_special, {}), "ab");
}

TEST(TextStreamTest, StopTextsNeverShow) {
  EXPECT_EQ(streamed(byte_ids("one\n\ntwo"), {"\n\n"}), "one");
  EXPECT_EQ(streamed(byte_ids("one\ntwo"), {"\n\n"}), "one\ntwo");
  EXPECT_EQ(streamed(byte_ids("one\n"), {"\n\n"}), "one\n");
  EXPECT_EQ(streamed(byte_ids("aab aac"), {"aac", "zz"}), "aab ");
  EXPECT_EQ(streamed(byte_ids("漢字"), {"字"}), "漢");
}

TEST(TextStreamTest, WordsAreJoinedAsBehindThePrompt) {
  const text::Tokenizer tokenizer = text::wordpiece_tokenizer(text::Vocabulary(
      {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "run", "##ning", "dog", "."}, "test"));
  const auto written = [&](std::int64_t last, const std::vector<std::int64_t>& ids) {
    TextStream stream(tokenizer, {}, last);
    std::string all;
    for (const std::int64_t id : ids) all += stream.add(id);
    return all + stream.finish();
  };
  EXPECT_EQ(written(5, {6, 7, 8, 3}), "ning dog.");
  EXPECT_EQ(written(7, {5, 6}), " running");
  EXPECT_EQ(written(-1, {7, 5}), "dog run");
  EXPECT_EQ(written(3, {7, 5}), "dog run");
}

}  // namespace
}  // namespace roformer::pipeline
