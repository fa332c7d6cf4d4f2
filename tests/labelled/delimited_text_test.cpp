#include "roformer/labelled/delimited_text.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using TextRows = std::vector<std::vector<std::string>>;

constexpr DelimitedFormat kCsv{};
constexpr DelimitedFormat kTsv{.delimiter = '\t', .quotes = false};

TextRows rows_of(std::string_view text, const DelimitedFormat& format = kCsv) {
  const Table table = read_delimited_text(text, "f", format);
  TextRows rows(static_cast<std::size_t>(table.num_rows()));
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    for (std::int64_t column = 0; column < std::ssize(table.columns()); ++column)
      rows[static_cast<std::size_t>(row)].emplace_back(table.text(row, column));
  }
  return rows;
}

std::string csv_error(std::string_view text, const DelimitedFormat& format = kCsv) {
  return tests::error_message([&] { read_delimited_text(text, "f", format); });
}

TEST(LabelledDelimitedText, Rows) {
  EXPECT_EQ(rows_of("a,b\n1,2\n3,4\n"), (TextRows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(rows_of("a,b\r\n1,2\r\n,\r\n"), (TextRows{{"1", "2"}, {"", ""}}));
  EXPECT_EQ(rows_of("a,b\n1,2"), (TextRows{{"1", "2"}}));
  EXPECT_EQ(rows_of("a\tb\n \t x \n", kTsv), (TextRows{{" ", " x "}}));
  EXPECT_EQ(rows_of("a\n1\n"), (TextRows{{"1"}}));
  EXPECT_EQ(rows_of("1,2\n", {.has_header = false}), (TextRows{{"1", "2"}}));
}

TEST(LabelledDelimitedText, NoRows) {
  EXPECT_EQ(rows_of("a,b\n"), TextRows{});
  EXPECT_EQ(rows_of("a,b"), TextRows{});
  EXPECT_EQ(csv_error(""), "[labelled] f:1: expected the names of columns but got an empty file");
  EXPECT_EQ(csv_error("\r\n\n"), csv_error(""));
  EXPECT_EQ(csv_error("", {.has_header = false}),
            "[labelled] f:1: expected rows but got an empty file");
}

// Blank lines behind the last row are no rows, but one among them is: of one empty field.
TEST(LabelledDelimitedText, BlankLines) {
  EXPECT_EQ(rows_of("a,b\n1,2\n\n\r\n"), (TextRows{{"1", "2"}}));
  EXPECT_EQ(rows_of("a\n1\n\n2\n\n"), (TextRows{{"1"}, {""}, {"2"}}));
  EXPECT_EQ(csv_error("a,b\n\n1,2\n"),
            "[labelled] f:2: expected 2 fields, as in line 1, but got 1");
}

TEST(LabelledDelimitedText, Quotes) {
  EXPECT_EQ(rows_of("a,b\n\"1,\"\"x\"\"\",2\n"), (TextRows{{"1,\"x\"", "2"}}));
  EXPECT_EQ(rows_of("a,b\n\"\",\"\"\"\"\n"), (TextRows{{"", "\""}}));
  EXPECT_EQ(rows_of("\"a\",\"b\"\r\n\"1\r\n2\n\",\"3\"\r\n"), (TextRows{{"1\r\n2\n", "3"}}));
  EXPECT_EQ(rows_of("a,b\n5\" pipe,x\"\"y\n"), (TextRows{{"5\" pipe", "x\"\"y"}}));
  EXPECT_EQ(rows_of("a\tb\n\"1\t2\"\n", kTsv), (TextRows{{"\"1", "2\""}}));
}

TEST(LabelledDelimitedText, LinesAreThoseThatRowsBeginIn) {
  const Table table = read_delimited_text("a,b\n\"x\n\ny\",\"\n\"\n1,2\n", "f", kCsv);
  ASSERT_EQ(table.num_rows(), 2);
  EXPECT_EQ(table.line(0), 2);
  EXPECT_EQ(table.line(1), 6);
  EXPECT_EQ(table.place(1), "f:6");
}

TEST(LabelledDelimitedText, QuotesThatAreNotClosed) {
  const std::string unclosed =
      ": expected a closing quote for the one that opens in this line but got the end of the file";
  EXPECT_EQ(csv_error("a,b\n1,\"2\n3,4\n"), "[labelled] f:2" + unclosed);
  EXPECT_EQ(csv_error("a,b\n\"x\ny\",\"z\n\n"), "[labelled] f:3" + unclosed);
  EXPECT_EQ(csv_error("\""), "[labelled] f:1" + unclosed);
  EXPECT_EQ(csv_error("a,b\n\"x\n\"y,2\n"),
            "[labelled] f:3: expected the end of a field behind its closing quote but got 'y,2'; a "
            "quote within quotes is written twice");
}

TEST(LabelledDelimitedText, FieldsThatAreTooManyOrTooFew) {
  EXPECT_EQ(csv_error("a,b\n1,2\n1,2,3\n"),
            "[labelled] f:3: expected 2 fields, as in line 1, but got 3");
  EXPECT_EQ(csv_error("a\tb\n1\n", kTsv),
            "[labelled] f:2: expected 2 fields, as in line 1, but got 1");
  const Table table = read_delimited_text("a,b\n1\n1,2\n3,4,5\n", "f", {.skip_uneven_rows = true});
  EXPECT_EQ(table.num_rows(), 1);
  EXPECT_EQ(table.skipped().count, 2);
  EXPECT_EQ(table.skipped().first, "f:2");
}

TEST(LabelledDelimitedText, VeryLongFields) {
  const std::string field(3'000'000, 'x');
  EXPECT_EQ(rows_of("a,b\n\"" + field + "\"," + field + "\n"), (TextRows{{field, field}}));
}

}  // namespace
}  // namespace roformer::labelled
