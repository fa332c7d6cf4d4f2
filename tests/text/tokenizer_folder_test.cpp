#include "roformer/text/tokenizer_kinds.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

TEST(TokenizerFolder, AFolder) {
  const tests::TestFolder place;
  place.write("vocab.txt", "a\n");
  place.write("tokenizer_config.json", R"({"tokenizer_class": "Some"})");
  const TokenizerFolder folder(place.path());
  EXPECT_TRUE(folder.has("vocab.txt"));
  EXPECT_FALSE(folder.has("vocab.json"));
  EXPECT_TRUE(folder.file().empty());
  EXPECT_EQ(folder.path("x"), place.file("x"));
  EXPECT_EQ(folder.tokenizer_class(), "Some");
  EXPECT_EQ(folder.name(), place.path().string());
}

TEST(TokenizerFolder, AFileInIt) {
  const tests::TestFolder place;
  const auto file = place.write("vocab.txt", "a\n");
  const TokenizerFolder folder(file);
  EXPECT_EQ(folder.file(), file);
  EXPECT_FALSE(folder.has("vocab.txt"));  // one file was named, not the folder
  EXPECT_EQ(folder.path("x"), place.file("x"));
  EXPECT_TRUE(folder.settings().is_null());
  EXPECT_EQ(folder.tokenizer_class(), "");
}

TEST(TokenizerFolder, SettingsOfAnyForm) {
  const tests::TestFolder place;
  for (const char* text : {"[1]", "3", R"({"tokenizer_class": 3})", "{}"}) {
    place.write("tokenizer_config.json", text);
    EXPECT_EQ(TokenizerFolder(place.path()).tokenizer_class(), "") << text;
  }
  place.write("tokenizer_config.json", "{\n\"a\": }");
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { TokenizerFolder{place.path()}; }), "line 2"));
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { TokenizerFolder{place.file("absent")}; }),
                              "absent but there is nothing"));
}

}  // namespace
}  // namespace roformer::text
