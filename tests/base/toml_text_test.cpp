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
    EXPECT_NO_THROW(require_ascii_outside_quotes(text, "x.toml")) << text;
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

TEST(TomlText, AHeaderThatIsNoNameIsAnError) {
  for (const char* text : {"[/a]", "[[=", "[ ,", "[\x01"})
    EXPECT_THROW(TomlTable::parse(text, "x.toml"), Error) << text;
}

TEST(TomlText, AChangeIsABareStringThere) {
  const TomlTable table = TomlTable::parse("a = 'b'", "x.toml", {"a=\xE3\x80\x82\xC2\xA1"});
  EXPECT_EQ(table.get("a", ""), "\xE3\x80\x82\xC2\xA1");
}

}  // namespace
}  // namespace roformer::base
