#include "roformer/data/corpus.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::data {
namespace {

std::vector<std::string> selected_texts(const TextSelection& selection) {
  const auto source = selection.open();
  std::vector<std::string> texts;
  for (documents::Paragraph paragraph; source->next(paragraph);)
    texts.push_back(std::to_string(paragraph.document) + " " + paragraph.text);
  return texts;
}

TEST(TextSelectionTest, FilesWithTheRuleOfTheOptions) {
  const tests::TestFolder folder;
  DataOptions options;
  options.text = {folder.write("a.txt", "one\ntwo\n\nthree\n").string()};
  options.block_size = 0;
  EXPECT_EQ(selected_texts(select_text(options)),
            (std::vector<std::string>{"0 one two", "1 three"}));
  options.document = documents::DocumentRule::line;
  EXPECT_EQ(selected_texts(select_text(options)),
            (std::vector<std::string>{"0 one", "1 two", "2 three"}));
  options.document = documents::DocumentRule::block;
  options.block_size = 1000;
  EXPECT_EQ(selected_texts(select_text(options)),
            (std::vector<std::string>{"0 one two", "0 three"}));
  EXPECT_FALSE(select_text(options).apt);
}

TEST(TextSelectionTest, ListsOfAptAreReadAsDescriptions) {
  const tests::TestFolder folder;
  TextSelection selection;
  selection.apt = true;
  selection.files = {folder.write("x_Translation-en", "Description-en: a\n What it does.\n")};
  EXPECT_EQ(selected_texts(selection), std::vector<std::string>{"0 What it does."});
}

TEST(TextSelectionTest, AFileThatIsMissingIsNamed) {
  const tests::TestFolder folder;
  DataOptions options;
  options.text = {folder.file("absent.txt").string()};
  const auto message = tests::error_message([&] { select_text(options); });
  EXPECT_TRUE(tests::has_text(message, "absent.txt")) << message;
}

}  // namespace
}  // namespace roformer::data
