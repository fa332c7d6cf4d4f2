#include "roformer/text/vocabulary.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

TEST(Vocabulary, IdsAreThePlaces) {
  const Vocabulary vocabulary({"a", "b", ""});
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_EQ(vocabulary.find("b"), std::optional(1));
  EXPECT_EQ(vocabulary.find(""), std::optional(2));
  EXPECT_EQ(vocabulary.find("c"), std::nullopt);
  EXPECT_EQ(vocabulary.token(0), "a");
  EXPECT_TRUE(vocabulary.holds(2));
}

TEST(Vocabulary, TwiceOrNoneIsAnError) {
  const auto message = [](std::vector<std::string> tokens) {
    return tests::error_message([&] { Vocabulary(tokens, "some.txt"); });
  };
  EXPECT_TRUE(tests::has_text(message({"a", "b", "a"}), "some.txt: expected each token once"));
  EXPECT_TRUE(tests::has_text(message({"a", "b", "a"}), "'a' stands in line 1 and line 3"));
  EXPECT_TRUE(tests::has_text(message({}), "some.txt but it is empty"));
}

TEST(Vocabulary, Gaps) {
  const auto vocabulary = Vocabulary::with_gaps({"a", std::nullopt, "b", "a"});
  EXPECT_EQ(vocabulary.size(), 4);
  EXPECT_EQ(vocabulary.find("a"), std::optional(3));  // the last of equals
  EXPECT_FALSE(vocabulary.holds(0));
  EXPECT_FALSE(vocabulary.holds(1));
  EXPECT_TRUE(vocabulary.holds(2));
  EXPECT_EQ(vocabulary.token(1), "");
  EXPECT_EQ(vocabulary.find(""), std::nullopt);
}

TEST(Vocabulary, LinesThereAndBack) {
  const tests::TestFolder folder;
  const auto file = folder.write("vocab.txt", "a\n\nb c \xE3\x80\x80\r\nd");
  const auto vocabulary = Vocabulary::load(file);
  EXPECT_EQ(vocabulary.tokens(), (std::vector<std::string>{"a", "", "b c", "d"}));
  EXPECT_TRUE(vocabulary.fits_lines());
  vocabulary.save(folder.file("again.txt"));
  EXPECT_EQ(base::read_file(folder.file("again.txt")), "a\n\nb c\nd\n");
  EXPECT_FALSE(Vocabulary({"a\nb"}).fits_lines());
  EXPECT_FALSE(Vocabulary({"a", "b\xC2\xA0"}).fits_lines());
}

TEST(Vocabulary, LinesThatAreNoUtf8) {
  const tests::TestFolder folder;
  const auto file = folder.write("vocab.txt", "a\nb\xFF\n");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { Vocabulary::load(file); }),
                              "vocab.txt:2: expected UTF-8"));
}

}  // namespace
}  // namespace roformer::text
