#include "roformer/apt/apt_descriptions.h"

#include <gtest/gtest.h>

#include "roformer/apt/apt_lists.h"
#include "tests/base/test_files.h"
#include "tests/data/compressed.h"

namespace roformer::apt {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr const char* translation_list = R"(Package: alpha
Description-md5: 00
Description-en: the first
 Alpha does
 one thing.
 .
 Shared text.

Package: beta
Description-md5: 01
Description-en: nothing of its own
 Shared text.

Package: gamma
Description-md5: 02
Description-en: no long text

Package: delta
Description-md5: 03
Description-en: a list
 Delta does:
  * this
  * that
 .
 .
 The end.
)";

std::vector<std::pair<std::int64_t, std::string>> paragraphs_of(
    std::vector<std::filesystem::path> lists) {
  const auto source = open_apt_descriptions(std::move(lists));
  std::vector<std::pair<std::int64_t, std::string>> paragraphs;
  documents::Paragraph piece;
  while (source->next(piece)) paragraphs.emplace_back(piece.document, piece.text);
  EXPECT_EQ(source->consumed(), source->total());
  return paragraphs;
}

TEST(AptDescriptions, PackagesAndParagraphs) {
  const tests::TestFolder folder;
  const std::vector<std::pair<std::int64_t, std::string>> expected = {
      {0, "Alpha does one thing."},
      {0, "Shared text."},
      {1, "Delta does: * this * that"},
      {1, "The end."}};
  EXPECT_EQ(paragraphs_of({folder.write("plain", translation_list)}), expected);
  EXPECT_EQ(paragraphs_of({folder.write("a.xz", tests::xz(translation_list))}), expected);
  // The same list again adds nothing.
  EXPECT_EQ(
      paragraphs_of({folder.write("a", translation_list), folder.write("b", translation_list)}),
      expected);
}

TEST(AptDescriptions, OddLists) {
  const tests::TestFolder folder;
  EXPECT_TRUE(paragraphs_of({folder.write("f", "")}).empty());
  EXPECT_TRUE(paragraphs_of({folder.write("f", " stray\n .\n\n continuation\n")}).empty());
  using Paragraphs = std::vector<std::pair<std::int64_t, std::string>>;
  EXPECT_EQ(paragraphs_of({folder.write("f", "Description-en: x\n one\nDescription-en: y\n two")}),
            (Paragraphs{{0, "one"}, {1, "two"}}));
  EXPECT_EQ(
      paragraphs_of({folder.write("f", "Description-en: x\n one"), folder.write("g", " stray\n")}),
      (Paragraphs{{0, "one"}}));
}

TEST(AptDescriptions, ListsInAFolder) {
  const tests::TestFolder folder;
  folder.write("host_dists_x_main_i18n_Translation-en", "x");
  folder.write("host_dists_x_contrib_i18n_Translation-en.lz4", "x");
  folder.write("host_dists_x_main_i18n_Translation-en_GB", "x");
  folder.write("host_dists_y_main_i18n_Translation-en.xz", "");
  folder.write("host_dists_x_InRelease", "x");
  const auto lists = apt_lists_in(folder.path());
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists[0].filename(), "host_dists_x_contrib_i18n_Translation-en.lz4");
  EXPECT_TRUE(apt_lists_in(folder.file("absent")).empty());
}

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

}  // namespace
}  // namespace roformer::apt
