#include "roformer/labelled/table.h"

#include "tests/data/compressed.h"
#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

TEST(LabelledTable, TheKindIsInTheName) {
  EXPECT_EQ(table_kind("a.tsv"), TableKind::tab_separated);
  EXPECT_EQ(table_kind("x.y/a.b.csv.xz"), TableKind::comma_separated);
  for (const char* name : {"a.jsonl", "a.json", "a.ndjson.gz"})
    EXPECT_EQ(table_kind(name), TableKind::json_lines);
  EXPECT_EQ(tests::error_message([] { table_kind("d/a.txt.gz"); }),
            "[labelled] d/a.txt.gz: expected a file named .tsv, .csv, .jsonl or .json (and .xz or "
            ".gz behind it) but got '.txt'");
  EXPECT_NE(tests::error_message([] { table_kind("tsv"); }), "no error");
}

TEST(LabelledTable, QuotesHangOnTheKindUnlessAsked) {
  const tests::TestFolder folder;
  const auto tsv = folder.write("a.tsv", "a\tb\n\"x\"\t\"\n");
  EXPECT_EQ(read_table(tsv).text(0, 0), "\"x\"");
  EXPECT_EQ(read_table(tsv).text(0, 1), "\"");
  EXPECT_EQ(read_table(folder.write("b.tsv", "a\tb\n\"x\ty\"\tz\n"), {.quotes = true}).text(0, 0),
            "x\ty");
  const auto csv = folder.write("a.csv.gz", tests::gzip("a,b\n\"x,y\",z\n"));
  EXPECT_EQ(read_table(csv).text(0, 0), "x,y");
  EXPECT_EQ(read_table(folder.write("b.csv", "a,b\n\"x,y\"\n"), {.quotes = false}).text(0, 1),
            "y\"");
  EXPECT_EQ(read_table(folder.write("odd", "a,b\n1,2\n"), {.kind = TableKind::comma_separated})
                .text(0, 1),
            "2");
}

TEST(LabelledTable, ColumnsByName) {
  const tests::TestFolder folder;
  const auto file = folder.write("a.tsv", "sentence1\tlabel\t7\nx\ty\tz\n");
  const Table table = read_table(file);
  EXPECT_EQ(table.columns(), (std::vector<std::string>{"sentence1", "label", "7"}));
  EXPECT_EQ(table.column("label"), 1);
  EXPECT_EQ(table.column("7"), 2);
  EXPECT_TRUE(table.has_column("label"));
  EXPECT_FALSE(table.has_column("Label"));
  const std::string place = "[labelled] " + file.string() + ":1: ";
  EXPECT_EQ(tests::error_message([&] { table.column("sentense1"); }),
            place +
                "expected a column 'sentense1', did you mean 'sentence1'? but got sentence1, "
                "label, 7");
  EXPECT_EQ(tests::error_message([&] { table.column("12"); }),
            place +
                "expected a column '12' but got sentence1, label, 7; numbers count columns "
                "only where the file has no header");
  EXPECT_NE(tests::error_message([&] { table.column(""); }), "no error");
}

TEST(LabelledTable, ColumnsByNumber) {
  const tests::TestFolder folder;
  const auto file = folder.write("a.tsv", "x\ty\nz\tw\n");
  const Table table = read_table(file, {.has_header = false});
  ASSERT_EQ(table.num_rows(), 2);
  EXPECT_EQ(table.text(0, table.column("2")), "y");
  EXPECT_EQ(table.line(1), 2);
  for (const char* name : {"0", "3", "x", "01", "-1"}) {
    EXPECT_EQ(tests::error_message([&] { table.column(name); }),
              "[labelled] " + file.string() +
                  ":1: expected a column's number from 1 to 2, since the file has no header, but "
                  "got '" +
                  name + "'");
  }
}

TEST(LabelledTable, NamesStandOnce) {
  const tests::TestFolder folder;
  const auto twice = folder.write("a.csv", "a,b,a\n");
  EXPECT_EQ(tests::error_message([&] { read_table(twice); }),
            "[labelled] " + twice.string() +
                ":1: expected each column's name once but got 'a' "
                "twice");
  // A data frame's index has no name.
  const Table table = read_table(folder.write("b.csv", ",a,\n0,x,y\n"));
  EXPECT_EQ(table.text(0, table.column("a")), "x");
}

TEST(LabelledTable, RowsThatAreLeftOutAreCounted) {
  SkippedRows all;
  all.add({});
  all.add({2, "b:3"});
  all.add({1, "c:1"});
  EXPECT_EQ(all.count, 3);
  EXPECT_EQ(all.first, "b:3");
}

TEST(LabelledTable, FieldsBeyondTheColumnsAreRefused) {
  Table table("f", {"a"});
  table.add_row(2, {});
  EXPECT_EQ(tests::error_message([&] { table.text(0, 0); }),
            "[labelled] f:2: expected text under 'a' but got no such key");
  EXPECT_EQ(tests::error_message([&] {
              table.add_row(3, {{}, {}});
            }),
            "[labelled] f:3: expected 1 fields but got 2");
}

TEST(LabelledTable, DamagedFilesAreReadOrRefused) {
  std::string csv = "id,\"text, long\",label\n", tsv = "id\ttext\tlabel\n", json;
  for (int i = 0; i < 12; ++i) {
    const std::string number = std::to_string(i);
    csv += number + ",\"say \"\"hé\"\",\nover\",yes\r\n";
    tsv += number + "\tsome \"tëxt\"\tno\n";
    json += "{\"id\": " + number + ", \"text\": \"\\ud83d\\ude00 a\\\"b\", \"label\": true}\n";
  }
  const auto read = [](const std::filesystem::path& file) { read_table(file); };
  tests::expect_read_or_refused("d.csv", csv, read);
  tests::expect_read_or_refused("d.tsv", tsv, read);
  tests::expect_read_or_refused("d.jsonl", json, read);
}

}  // namespace
}  // namespace roformer::labelled
