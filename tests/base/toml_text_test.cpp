#include "roformer/base/toml_text.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/base/toml_table.h"

namespace roformer::base {
namespace {

TEST(TomlText, CharactersBesideAsciiStandInQuotesAndComments) {
  for (const char* text :
       {"", "a = \"\xC3\xA9\" # \xE3\x80\x82",
        "\xEF\xBB\xBF"
        "a = '\xE3\x80\x82'",
        "a = \"\"\"\n\xC3\xA9 \"\" \\\"\"\" \xC3\xA9\"\"\"\"\nb = 1", "a = '''\n''\xC3\xA9'''\n",
        "a = \"\\\"\xC3\xA9\"", "\"\xC3\xA9\" = 1"}) {
    EXPECT_NO_THROW(require_plain_toml(text, "x.toml")) << text;
  }
}

TEST(TomlText, ElsewhereTheLineIsNamed) {
  // Found by fuzzing: toml++ ran into undefined behaviour at U+3002 outside of quotes.
  for (const char* text : {"a = 1\n\xE3\x80\x82 = 2", "a = 'x\nb = \xC3\xA9", "\n\xFF"}) {
    try {
      TomlTable::parse(text, "x.toml");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("x.toml:2"), std::string::npos) << error.what();
    }
  }
}

std::string times(std::size_t count, std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

TEST(TomlText, LevelsAndPartsOfKeysAreLimited) {
  for (const std::size_t count : {32u, 300'000u}) {
    for (const std::string& text :
         {times(count, "a.") + "a = 1", "[" + times(count, "a.") + "a]",
          "b = {" + times(count, "a.") + "a = 1}", times(count, "'a' . ") + "a = 1",
          "a = " + times(count + 1, "["), "a = " + times(count + 1, "{a="),
          times(count + 1, "[")}) {
      EXPECT_THROW(TomlTable::parse(text, "x.toml"), Error) << text.substr(0, 99);
    }
    EXPECT_THROW(TomlTable::parse("", "x.toml", {times(count, "a.") + "a=1"}), Error);
    const TomlTable changed = TomlTable::parse("", "x.toml", {"a={" + times(count, "a.") + "a=1}"});
    EXPECT_NO_THROW(changed.get("a", ""));  // no TOML, so a bare string
  }
  EXPECT_NO_THROW(TomlTable::parse(times(31, "a.") + "a = 1", "x.toml"));
  EXPECT_NO_THROW(TomlTable::parse("", "x.toml", {times(31, "a.") + "a=1"}));
  EXPECT_NO_THROW(
      TomlTable::parse("a = " + times(32, "[") + times(32, "]") + "\nb = 'x.y'", "x.toml"));
}

TEST(TomlText, QuotesWithinABareValueBeginNoString) {
  // Found by fuzzing, as above: toml++ reads on where a value begins with neither quote nor bracket.
  using namespace std::string_literals;
  const std::string found =
      "# d-ladat (texnt]\nevery = +e[\"ap\xC3\x97+'very = +\0\0\0\0\x0B"
      "e]\ndatgy   F\"]100\n"s;
  for (const std::string& text :
       {found, "a = e\"\xC3\x97\""s, "a = +e=\"\xC3\x97\""s, "a = [1, e=\"\xC3\x97\"]"s,
        "a = +{\"\xC3\x97\""s, "a = 1.'\xC3\x97'"s, "a = [+[\"\xC3\x97\"]]"s}) {
    EXPECT_THROW(TomlTable::parse(text, "x.toml"), Error) << text;
    EXPECT_TRUE(find_toml_flaw(text)) << text;
  }
}

TEST(TomlText, StringsOfAnyPlaceHaveAnyCharacters) {
  for (const char* text :
       {"['\xC3\xA9']\n\"\xC3\xA9\".'\xC3\xA9' = 1", "[[ a . '\xC3\xA9' ]]\nb = 2 # \xC3\xA9",
        "a = [ # \xC3\xA9\n '\xC3\xA9',\n  [1, '\xC3\xA9'], # x\n  {b.'\xC3\xA9' = '\xC3\xA9', c = "
        "1.5},\n]\nd = '\xC3\xA9'",
        "a-b_c = 1979-05-27 07:32:00Z # \xC3\xA9\r\nb = +1.5e-3\r\nc = {}\r\nd = '\xC3\xA9'"}) {
    EXPECT_NO_THROW(TomlTable::parse(text, "x.toml")) << text;
  }
}

TEST(TomlText, AHeaderThatIsNoNameIsAnError) {
  for (const char* text : {"[/a]", "[[=", "[ ,", "[\x01"})
    EXPECT_THROW(TomlTable::parse(text, "x.toml"), Error) << text;
}

TEST(TomlText, AChangeIsABareStringThere) {
  const TomlTable table = TomlTable::parse("a = 'b'", "x.toml", {"a=\xE3\x80\x82\xC2\xA1"});
  EXPECT_EQ(table.get("a", ""), "\xE3\x80\x82\xC2\xA1");
}

TEST(TomlText, KeysOfThreeQuotesBeforeOtherThanAsciiAreRefused) {
  EXPECT_THROW(TomlTable::parse("hidden.\"\"\"\" # x\n \xD8\x91r = 1\n", "x.toml"), Error);
  EXPECT_THROW(TomlTable::parse("''''\n \xD8\x91r = 1\n", "x.toml"), Error);
}

}  // namespace
}  // namespace roformer::base
