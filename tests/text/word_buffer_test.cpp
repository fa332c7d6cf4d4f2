#include "roformer/text/word_buffer.h"

#include <gtest/gtest.h>

#include <string_view>

namespace roformer::text {
namespace {

std::string_view text_of(const WordBuffer& word) {
  return {word.bytes(), word.size()};
}

TEST(WordBuffer, BytesAndTheirSources) {
  WordBuffer word(10);
  EXPECT_TRUE(word.empty());
  word.append('a', {3, 4});
  word.append(0xE9, {4, 5});
  word.append(0x1F600, {7, 8});
  EXPECT_EQ(text_of(word), "a\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(word.extent(), (Offset{3, 8}));
  EXPECT_EQ(word.extent(1, 3), (Offset{4, 5}));
  EXPECT_EQ(word.extent(2, 4), (Offset{4, 8}));
  word.clear();
  EXPECT_TRUE(word.empty());
  word.append('b', {9, 10});
  EXPECT_EQ(text_of(word), "b");
  EXPECT_EQ(word.extent(), (Offset{9, 10}));
}

TEST(WordBuffer, OfALongWordTheExtentAlone) {
  WordBuffer word(2);
  word.append('a', {0, 1});
  word.append('b', {1, 2});
  EXPECT_FALSE(word.is_too_long());
  word.append('c', {2, 3});
  EXPECT_TRUE(word.is_too_long());
  EXPECT_EQ(text_of(word), "ab");
  EXPECT_EQ(word.extent(), (Offset{0, 3}));
}

TEST(WordBuffer, GrowsWithTheWord) {
  WordBuffer word(1000);
  for (std::int32_t i = 0; i < 500; ++i) word.append(0x4E2D, {i, i + 1});
  EXPECT_EQ(word.size(), 1500u);
  EXPECT_EQ(word.extent(1497, 1500), (Offset{499, 500}));
}

}  // namespace
}  // namespace roformer::text
