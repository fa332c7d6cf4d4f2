#include "roformer/segmentation/word_list.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::segmentation {
namespace {

using tests::error_message;
using tests::has_text;

TEST(WordList, LinesOfThreeAndTwoFields) {
  WordList words;
  words.add("\xEF\xBB\xBF今天 100 t\n\n天气 50\r\n人 7 n ", "a.txt");
  EXPECT_EQ(words.words().size(), 3u);
  EXPECT_EQ(words.words().at("天气"), 50u);
  EXPECT_EQ(words.words().at("人"), 7u);
  EXPECT_EQ(words.total(), 157u);
}

// As jieba adds a user's dictionary: the total counts both lines.
TEST(WordList, AWordOnceMoreHasTheNewFrequency) {
  WordList words;
  words.add("今天 100 t\n", "a.txt");
  words.add("今天 3\n", "b.txt");
  EXPECT_EQ(words.words().at("今天"), 3u);
  EXPECT_EQ(words.total(), 103u);
}

// jieba's form of a user's dictionary.
TEST(WordList, AUsersLines) {
  WordList words;
  words.add("今天 100\n天 50\n", "a.txt");
  words.add_user({"\xEF\xBB\xBF 云计算 5 n\r\n\nNew York 7\n天 3\n从未 0\nn 12 k 9 x\n", "u"});
  EXPECT_EQ(words.words().at("云计算"), 5u);
  EXPECT_EQ(words.words().at("New York"), 7u);
  EXPECT_EQ(words.words().at("天"), 3u);
  EXPECT_EQ(words.words().at("从未"), 0u);
  EXPECT_EQ(words.words().at("n 12 k"), 9u);
  EXPECT_EQ(words.total(), 150u + 5 + 7 + 3 + 9);
}

// As often as it takes not to be cut: 天 · 气 has 50/200 · 50/200 of 200, and one more.
TEST(WordList, AWordWithoutAFrequency) {
  WordList words;
  words.add("天 50\n气 50\n人 100\n", "a.txt");
  words.add_user({"天气\n好人\n人 n\n", "u"});
  EXPECT_EQ(words.words().at("天气"), 13u);
  EXPECT_EQ(words.words().at("好人"), 1u);
  EXPECT_EQ(words.words().at("人"), 101u);
}

TEST(WordList, BadUserLinesAreNamed) {
  const auto message = [](const char* text) {
    return error_message([&] {
      WordList words;
      words.add("人 1\n", "dict.txt");
      words.add_user({text, "user.txt"});
    });
  };
  EXPECT_TRUE(has_text(message("人\n\xE4\xBB\n"), "user.txt:2"));
  EXPECT_TRUE(has_text(message("人\n词 99999999999999999999\n"), "user.txt:2"));
  EXPECT_TRUE(has_text(message("词 9007199254740993\n"), "user.txt:1"));
  EXPECT_TRUE(has_text(message(" \n"), "user.txt"));
}

TEST(WordList, BadLinesAreNamed) {
  const auto message = [](std::string_view text) {
    return error_message([&] { WordList().add(text, "dict.txt"); });
  };
  for (const char* line : {"今天", "今天 x", "今天 -1", "今天 1.5", " 5", "今天  5", "今天 5x",
                           "今天 9007199254740993", "今天 99999999999999999999"})
    EXPECT_TRUE(has_text(message(std::string("人 1\n") + line), "dict.txt:2")) << line;
  EXPECT_TRUE(has_text(message("人 1\n\xE4\xBB 3\n"), "dict.txt:2"));
  EXPECT_TRUE(has_text(message("人 1\n\xE4\xBB 3\n"), "UTF-8"));
  EXPECT_TRUE(has_text(message("\n \n"), "got none"));
  EXPECT_TRUE(has_text(message(""), "got none"));
  EXPECT_TRUE(has_text(error_message([] { WordList().add_file("absent.txt"); }), "absent.txt"));
}

}  // namespace
}  // namespace roformer::segmentation
