#include "roformer/documents/text_files.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"
#include "tests/data/compressed.h"

namespace roformer::documents {
namespace {

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  LineReader reader(path);
  std::vector<std::string> lines;
  for (std::string line; reader.next(line);) lines.push_back(line);
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineReaderTest, EndsOfLines) {
  const tests::TestFolder folder;
  EXPECT_EQ(lines_of(folder.write("f", "")), Lines{});
  EXPECT_EQ(lines_of(folder.write("f", "\n")), Lines{""});
  EXPECT_EQ(lines_of(folder.write("f", "a")), Lines{"a"});
  EXPECT_EQ(lines_of(folder.write("f", "a\nb")), (Lines{"a", "b"}));
  EXPECT_EQ(lines_of(folder.write("f", "a\r\n\r\nb\r\n")), (Lines{"a", "", "b"}));
  EXPECT_EQ(lines_of(folder.write("f",
                                  "\xEF\xBB\xBF"
                                  "a\n\xEF\xBB\xBF"
                                  "b")),
            (Lines{"a",
                   "\xEF\xBB\xBF"
                   "b"}));
  EXPECT_EQ(lines_of(folder.write("f", "\xEF\xBB")), Lines{"\xEF\xBB"});
}

TEST(LineReaderTest, LinesAcrossBuffers) {
  const tests::TestFolder folder;
  for (const std::size_t size : {65535u, 65536u, 65537u, 200000u}) {
    const std::string long_line(size, 'x');
    EXPECT_EQ(lines_of(folder.write("f", long_line + "\nshort\n")), (Lines{long_line, "short"}))
        << size;
    EXPECT_EQ(lines_of(folder.write("f.xz", tests::xz(long_line + "\nshort"))),
              (Lines{long_line, "short"}))
        << size;
  }
}

TEST(LineReaderTest, HugeLineIsCutBetweenWords) {
  const tests::TestFolder folder;
  std::string words, euros;
  for (int i = 0; i < 400000; ++i) words += "word" + std::to_string(i % 10) + " ";
  for (int i = 0; i < 1000000; ++i) euros += "€";
  std::string together;
  for (const auto& line : lines_of(folder.write("f", words))) {
    EXPECT_LE(line.size(), (1u << 20) + (1u << 16));
    EXPECT_TRUE(line.empty() || line.back() != 'w');
    EXPECT_TRUE(tests::has_text(line, "word"));
    together += line;
  }
  EXPECT_EQ(together, words);
  const auto cut = lines_of(folder.write("f", euros));
  EXPECT_GT(cut.size(), 1u);
  for (const auto& line : cut) EXPECT_EQ(line.size() % 3, 0u);  // no character is torn
}

TEST(FindTextFiles, FoldersPatternsAndOrder) {
  const tests::TestFolder folder;
  folder.write("b.txt", "b");
  folder.write("a.txt", "a");
  folder.write("deep/c.xz", tests::xz("c"));
  folder.write("README.md", "no text");
  folder.write(".hidden.txt", "no text");
  const auto names = [&](const std::vector<std::string>& wanted) {
    std::vector<std::string> found;
    for (const auto& path : find_text_files(wanted))
      found.push_back(path.lexically_relative(folder.path()));
    return found;
  };
  const std::string root = folder.path().string();
  EXPECT_EQ(names({root}), (Lines{"a.txt", "b.txt", "deep/c.xz"}));
  EXPECT_EQ(names({root + "/*.txt"}), (Lines{"a.txt", "b.txt"}));
  EXPECT_EQ(names({root + "/b.txt", root + "/[ab].txt", root}),
            (Lines{"b.txt", "a.txt", "deep/c.xz"}));
}

TEST(FindTextFiles, NothingFoundIsAnError) {
  const tests::TestFolder folder;
  const std::string root = folder.path().string();
  EXPECT_THROW(find_text_files({}), Error);
  for (const auto& name : {root, root + "/absent.txt", root + "/*.txt"}) {
    const auto message = tests::error_message([&] { find_text_files({name}); });
    EXPECT_TRUE(tests::has_text(message, name)) << message;
  }
}

TEST(TextFiles, NamesTooLongForTheSystemAreNotThere) {
  EXPECT_THROW(find_text_files({std::string(5000, 'J')}), Error);
}

TEST(TextFiles, DevicesAreRefused) {
  EXPECT_THROW(find_text_files({"/dev/null"}), Error);
}

}  // namespace
}  // namespace roformer::documents
