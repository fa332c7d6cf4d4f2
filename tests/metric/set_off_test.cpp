#include "roformer/metric/set_off.h"

#include <gtest/gtest.h>

#include <string>

namespace roformer::metric {
namespace {

using std::string;

bool is_a(char c) {
  return c == 'a';
}
bool is_b(char c) {
  return c == 'b';
}

TEST(SetOff, PairsGetSpaces) {
  EXPECT_EQ(set_off_second(string("xaby"), is_a, is_b), "xa b y");
  EXPECT_EQ(set_off_first(string("xaby"), is_a, is_b), "x a by");
  EXPECT_EQ(set_off_first(std::u32string(U"xaby"), is_a, is_b), U"x a by");
}

TEST(SetOff, PairsDoNotOverlap) {
  EXPECT_EQ(set_off_second(string("aaaa"), is_a, is_a), "a a a a ");
  EXPECT_EQ(set_off_second(string("aaa"), is_a, is_a), "a a a");
}

TEST(SetOff, ALoneCharacterAtTheEndStays) {
  EXPECT_EQ(set_off_second(string("ba"), is_a, is_b), "ba");
  EXPECT_EQ(set_off_second(string(), is_a, is_b), "");
}

TEST(SetOff, EachOne) {
  EXPECT_EQ(set_off_each(string("xaay"), is_a), "x a  a y");
}

}  // namespace
}  // namespace roformer::metric
