#include "roformer/apt/apt_lists.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"
#include "tests/data/compressed.h"

namespace roformer::apt {
namespace {

using Paragraphs = std::vector<std::string>;

std::vector<AptDescription> read_descriptions(std::vector<std::filesystem::path> lists,
                                              std::string_view language = "en") {
  AptDescriptionReader reader(std::move(lists), language);
  std::vector<AptDescription> all;
  for (AptDescription description; reader.next(description);) all.push_back(description);
  EXPECT_EQ(reader.consumed(), reader.total());
  return all;
}

TEST(AptLists, LanguagesAreToldApart) {
  const tests::TestFolder folder;
  for (const char* name :
       {"a_i18n_Translation-pt", "a_i18n_Translation-pt_BR", "b_i18n_Translation-pt.gz",
        "a_i18n_Translation-pt.bz2", "a_i18n_Translation-en"})
    folder.write(name, "x");
  const auto lists = apt_lists_in(folder.path(), "pt");
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists[0].filename(), "a_i18n_Translation-pt");
  EXPECT_EQ(lists[1].filename(), "b_i18n_Translation-pt.gz");
  EXPECT_EQ(apt_lists_in(folder.path(), "pt_BR").size(), 1u);
}

TEST(AptLists, ADescriptionHasSynopsisParagraphsAndTheHashOfItsStanza) {
  const tests::TestFolder folder;
  const auto path = folder.write("list",
                                 "Package: a\nDescription-md5: aa\nDescription-de:  eine Sache \n"
                                 " Erste Zeile,\n  zweite.\n .\n Absatz.\n\n"
                                 "Package: b\nDescription-de: ohne\n");
  for (const auto& list : {path, folder.write("list.xz", tests::xz(base::read_file(path)))}) {
    const auto all = read_descriptions({list}, "de");
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].md5, "aa");
    EXPECT_EQ(all[0].synopsis, "eine Sache ");
    EXPECT_EQ(all[0].paragraphs, (Paragraphs{"Erste Zeile, zweite.", "Absatz."}));
    EXPECT_EQ(all[1].md5, "") << "not that of the stanza before";
    EXPECT_EQ(all[1].synopsis, "ohne");
    EXPECT_TRUE(all[1].paragraphs.empty());
  }
}

TEST(AptLists, AFileEndsItsLastDescription) {
  const tests::TestFolder folder;
  const auto first = folder.write("1", "Description-md5: aa\nDescription-en: one\n long");
  const auto second = folder.write("2", " stray\nDescription-en: two\n");
  const auto all = read_descriptions({first, second});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].paragraphs, Paragraphs{"long"});
  EXPECT_EQ(all[1].synopsis, "two");
  EXPECT_EQ(all[1].md5, "");
  EXPECT_TRUE(all[1].paragraphs.empty());
}

TEST(AptLists, OtherLanguagesAreLeftOut) {
  const tests::TestFolder folder;
  const auto list = folder.write("list", "Description-en: one\n long\nDescription-de: eins\n");
  EXPECT_EQ(read_descriptions({list}, "de").size(), 1u);
  EXPECT_TRUE(read_descriptions({list}, "fr").empty());
}

TEST(AptLists, ALanguageIsAWord) {
  const tests::TestFolder folder;
  for (const char* language : {"", "none", "../x", "de en", "de;"}) {
    const auto message =
        tests::error_message([&] { find_apt_lists(folder.path(), {language}, "remedy"); });
    EXPECT_TRUE(tests::has_text(message, "expected a language")) << language << ": " << message;
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file(".lock"))) << "nothing was begun";
}

TEST(AptLists, ListsOfTheFolderServeWhereTheMachineHasNone) {
  const tests::TestFolder folder;
  // No machine has lists in this language.
  folder.write("a_i18n_Translation-xx_TEST", "Description-xx_TEST: a\n");
  const auto lists = find_apt_lists(folder.path(), {"xx_TEST"}, "remedy");
  ASSERT_EQ(lists.size(), 1u);
  ASSERT_EQ(lists[0].size(), 1u);
  EXPECT_EQ(lists[0][0].parent_path(), folder.path());
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
