#include "roformer/text/added_token_matcher.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

using Place = std::tuple<std::size_t, std::size_t, std::int32_t>;

// Begin, end and id of the first match; (npos, npos, −1) for none.
Place place_of(const AddedTokenMatcher& matcher, std::string_view text, std::size_t from = 0) {
  const auto match = matcher.find(text, from);
  if (!match) return {text.npos, text.npos, -1};
  return {match->begin, match->end, match->id};
}

const Place kNone = {std::string_view::npos, std::string_view::npos, -1};

TEST(AddedTokenMatcher, LeftmostThenLongest) {
  const AddedTokenMatcher matcher({{.content = "ab", .id = 1},
                                   {.content = "abc", .id = 2},
                                   {.content = "zab", .id = 3},
                                   {.content = "", .id = 4}});
  EXPECT_EQ(place_of(matcher, "xabcab"), Place(1, 4, 2));
  EXPECT_EQ(place_of(matcher, "xabcab", 4), Place(4, 6, 1));
  EXPECT_EQ(place_of(matcher, "xzabc"), Place(1, 4, 3));
  EXPECT_EQ(place_of(matcher, "a b c"), kNone);
  EXPECT_EQ(place_of(matcher, ""), kNone);
  EXPECT_TRUE(AddedTokenMatcher({{.content = "", .id = 1}}).empty());
  EXPECT_EQ(place_of(AddedTokenMatcher(), "ab"), kNone);
}

TEST(AddedTokenMatcher, WholeWords) {
  const AddedTokenMatcher matcher({{.content = "ab", .id = 1, .single_word = true}});
  EXPECT_EQ(place_of(matcher, "xab ab"), Place(4, 6, 1));
  EXPECT_EQ(place_of(matcher, "ab_ ab2 ab\xC3\xA9"), kNone);  // the é is a letter
  EXPECT_EQ(place_of(matcher,
                     "\xC3\xA9"
                     "ab -ab-"),
            Place(6, 8, 1));
}

TEST(AddedTokenMatcher, WhiteSpaceBesideIt) {
  const AddedTokenMatcher both({{.content = "<m>", .id = 1, .lstrip = true, .rstrip = true}});
  // U+3000 has three bytes.
  EXPECT_EQ(place_of(both, "a \xE3\x80\x80<m>\t b"), Place(1, 10, 1));
  // What lies before `from` is not taken back.
  EXPECT_EQ(place_of(both, "a  <m>", 2), Place(2, 6, 1));
  const AddedTokenMatcher left({{.content = "<m>", .id = 1, .lstrip = true}});
  EXPECT_EQ(place_of(left, " <m> "), Place(0, 4, 1));
  const AddedTokenMatcher none({{.content = "<m>", .id = 1}});
  EXPECT_EQ(place_of(none, " <m> "), Place(1, 4, 1));
}

}  // namespace
}  // namespace roformer::text
