#include "roformer/labelled/text_file.h"

#include "tests/data/compressed.h"
#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

TEST(LabelledTextFile, BytesAsTheyAreWithoutAByteOrderMark) {
  const tests::TestFolder folder;
  EXPECT_EQ(read_text(folder.write("a", "\xEF\xBB\xBFone\r\ntwo")), "one\r\ntwo");
  EXPECT_EQ(read_text(folder.write("b", "\xEF\xBB\xBF")), "");
  EXPECT_EQ(read_text(folder.write("c.xz", tests::xz("\xEF\xBB\xBFx\n"))), "x\n");
  EXPECT_EQ(read_text(folder.write("d.gz", tests::gzip("y"))), "y");
  const std::string large(5'000'001, 'z');
  EXPECT_EQ(read_text(folder.write("e", large)), large);
}

TEST(LabelledTextFile, WhatIsNoText) {
  const tests::TestFolder folder;
  const auto message = [&](std::string_view text) {
    return tests::error_message([&] { read_text(folder.write("f", text)); });
  };
  const std::string place = "[labelled] " + folder.file("f").string();
  EXPECT_EQ(message("a\nb\xFF\n"), place + ":2: expected text in UTF-8 but got the byte 0xff");
  EXPECT_EQ(message("a\n\n\xC3"), place + ":3: expected text in UTF-8 but got the byte 0xc3");
  using namespace std::string_view_literals;
  EXPECT_EQ(message("a\0"sv), place + ":1: expected text in UTF-8 but got the byte 0x00");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read_text(folder.file("absent")); }),
                              folder.file("absent").string()));
}

TEST(LabelledTextFile, Lines) {
  const auto lines_of = [](std::string_view text) {
    std::vector<std::string> all;
    TextLines lines(text);
    for (std::string_view line; lines.next(line);)
      all.push_back(std::to_string(lines.line()) + std::string(line));
    return all;
  };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("a"), Lines{"1a"});
  EXPECT_EQ(lines_of("a\n"), Lines{"1a"});
  EXPECT_EQ(lines_of("\r\n\nb\rc\r\n"), (Lines{"1", "2", "3b\rc"}));
  EXPECT_EQ(without_last_line_ends("a\n\nb \r\n\n"), "a\n\nb ");
  EXPECT_EQ(without_last_line_ends("\r\n\n"), "");
}

}  // namespace
}  // namespace roformer::labelled
