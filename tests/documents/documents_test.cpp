#include "roformer/documents/documents.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::documents {
namespace {

using Pieces = std::vector<std::pair<std::int64_t, std::string>>;

Pieces pieces_of(std::vector<std::filesystem::path> files, DocumentRule rule,
                 std::int64_t block_size = 0) {
  const auto source = open_text_files(std::move(files), rule, block_size);
  Pieces pieces;
  Paragraph piece;
  while (source->next(piece)) pieces.emplace_back(piece.document, piece.text);
  EXPECT_EQ(source->consumed(), source->total());
  return pieces;
}

constexpr const char* two_paragraphs = "\n\nOne\nline.\n \n\t\nTwo.\n";

TEST(Documents, Blocks) {
  const tests::TestFolder folder;
  const auto path = folder.write("a", two_paragraphs);
  EXPECT_EQ(pieces_of({path}, DocumentRule::block), (Pieces{{0, "One line."}, {1, "Two."}}));
}

TEST(Documents, SmallBlocksJoinTheNext) {
  const tests::TestFolder folder;
  const auto path = folder.write("a", "Title\n\nLong enough\n\nB\n\nC");
  EXPECT_EQ(pieces_of({path}, DocumentRule::block, 10),
            (Pieces{{0, "Title"}, {0, "Long enough"}, {1, "B"}, {1, "C"}}));
}

TEST(Documents, BlocksEndWithTheirFile) {
  const tests::TestFolder folder;
  const auto a = folder.write("a", "x"), empty = folder.write("empty", "\n \n"),
             b = folder.write("b", "y\n");
  EXPECT_EQ(pieces_of({a, empty, b}, DocumentRule::block, 100), (Pieces{{0, "x"}, {1, "y"}}));
}

TEST(Documents, FilesAndLines) {
  const tests::TestFolder folder;
  const auto a = folder.write("a", two_paragraphs), b = folder.write("b", "Three.");
  EXPECT_EQ(pieces_of({a, b}, DocumentRule::file),
            (Pieces{{0, "One line."}, {0, "Two."}, {1, "Three."}}));
  EXPECT_EQ(pieces_of({a, b}, DocumentRule::line),
            (Pieces{{0, "One"}, {1, "line."}, {2, "Two."}, {3, "Three."}}));
}

TEST(Documents, EndlessParagraphComesInParts) {
  const tests::TestFolder folder;
  std::string text;
  for (int i = 0; i < 300000; ++i) text += "a line\n";
  const auto pieces = pieces_of({folder.write("a", text)}, DocumentRule::file);
  EXPECT_GT(pieces.size(), 1u);
  for (const auto& [document, piece] : pieces) EXPECT_EQ(document, 0);
}

// A novel without blank lines, and one that is a single line.
TEST(Documents, BlocksWithoutBlankLinesHaveALargestSize) {
  const tests::TestFolder folder;
  std::string lines, one_line;
  for (int i = 0; i < 4000; ++i) lines += "a line of twenty-six bytes\n";
  for (int i = 0; i < 60000; ++i) one_line += "word ";
  for (const std::string& text : {lines, one_line}) {
    const auto pieces = pieces_of({folder.write("a", text)}, DocumentRule::block, 512);
    EXPECT_GT(pieces.back().first, 3);
    std::string joined;
    for (const auto& [document, piece] : pieces) joined += piece;
    std::erase(joined, ' ');
    std::string all = text;
    std::erase_if(all, [](char c) { return c == ' ' || c == '\n'; });
    EXPECT_EQ(joined, all);  // nothing is lost
  }
  EXPECT_EQ(largest_block(512), 4096);
  EXPECT_EQ(largest_block(0), 4096);
  EXPECT_EQ(largest_block(10000), 80000);
}

TEST(Documents, RuleNames) {
  EXPECT_EQ(document_rule("line"), DocumentRule::line);
  EXPECT_TRUE(tests::has_text(tests::error_message([] { document_rule("book"); }), "book"));
}

}  // namespace
}  // namespace roformer::documents
