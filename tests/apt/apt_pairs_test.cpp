#include "roformer/apt/apt_descriptions.h"

#include <gtest/gtest.h>

#include "roformer/apt/apt_lists.h"
#include "tests/base/test_files.h"

namespace roformer::apt {
namespace {

constexpr const char* kEnglish = R"(Package: alpha
Description-md5: 0a
Description-en: the first
 One
 line.
 .
 Another.

Package: beta
Description-md5: 0b
Description-en: not translated
 Text.

Package: gamma
Description-md5: 0c
Description-en: the third
 Two.
 .
 Paragraphs.
)";
constexpr const char* kGerman = R"(Package: gamma
Description-md5: 0c
Description-de: das Dritte
 Zwei Abschnitte.

Package: alpha
Description-md5: 0a
Description-de: das Erste
 Eine
 Zeile.
 .
 Another.
)";

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(documents::PairSource& source) {
  Pairs pairs;
  for (documents::TextPair pair; source.next(pair);) pairs.emplace_back(pair.source, pair.target);
  EXPECT_EQ(source.consumed(), source.total());
  return pairs;
}

TEST(AptPairs, JoinedOnTheHash) {
  const tests::TestFolder folder;
  const auto english = folder.write("e", kEnglish), german = folder.write("g", kGerman);
  // Gamma's paragraphs do not match; alpha's second is not translated.
  const Pairs expected = {
      {"the first", "das Erste"}, {"One line.", "Eine Zeile."}, {"the third", "das Dritte"}};
  EXPECT_EQ(pairs_of(*open_apt_pairs({"en", {english}}, {"de", {german}})), expected);
  // The same lists twice add nothing.
  EXPECT_EQ(pairs_of(*open_apt_pairs({"en", {english, english}}, {"de", {german, german}})),
            expected);
  const auto reversed = pairs_of(*open_apt_pairs({"de", {german}}, {"en", {english}}));
  ASSERT_EQ(reversed.size(), 3u);
  EXPECT_EQ(reversed[0], (std::pair<std::string, std::string>{"das Dritte", "the third"}));
}

TEST(AptPairs, OddLists) {
  const tests::TestFolder folder;
  const auto empty = folder.write("empty", "");
  const auto no_hash = folder.write("n", "Description-en: x\n");
  const auto no_hash_german = folder.write("m", "Description-de: y\n");
  EXPECT_TRUE(pairs_of(*open_apt_pairs({"en", {empty}}, {"de", {empty}})).empty());
  EXPECT_TRUE(pairs_of(*open_apt_pairs({"en", {no_hash}}, {"de", {no_hash_german}})).empty());
}

TEST(AptLists, OfALanguage) {
  const tests::TestFolder folder;
  folder.write("host_i18n_Translation-de.lz4", "x");
  folder.write("host_i18n_Translation-de_CH", "x");
  folder.write("host_i18n_Translation-en", "x");
  EXPECT_EQ(apt_lists_in(folder.path(), "de").size(), 1u);
  const auto message = tests::error_message([&] {
    find_apt_lists(folder.path(), {"en", "de\";x"}, "name text");
  });
  EXPECT_TRUE(tests::has_text(message, "expected a language")) << message;
}

}  // namespace
}  // namespace roformer::apt
