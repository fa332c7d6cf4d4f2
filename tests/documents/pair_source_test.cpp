#include "roformer/documents/pair_source.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"
#include "tests/data/compressed.h"

namespace roformer::documents {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs all_of(std::unique_ptr<PairSource> source) {
  Pairs pairs;
  for (TextPair pair; source->next(pair);) pairs.emplace_back(pair.source, pair.target);
  EXPECT_EQ(source->consumed(), source->total());
  return pairs;
}

TEST(PairSource, LinesOfTwoFiles) {
  const tests::TestFolder folder;
  const auto a = folder.write("a", "one\ntwo"), b = folder.write("b", "eins\r\nzwei\r\n");
  const auto c = folder.write("c.xz", tests::xz("\nthree\n")),
             d = folder.write("d", "leer\ndrei\n");
  EXPECT_EQ(all_of(open_line_pairs({a, c}, {b, d})),
            (Pairs{{"one", "eins"}, {"two", "zwei"}, {"", "leer"}, {"three", "drei"}}));
  const auto source = open_line_pairs({a, c}, {b, d});
  TextPair pair;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(source->next(pair));
  EXPECT_EQ(pair.file, c.string());
  EXPECT_EQ(pair.line, 1);
}

TEST(PairSource, CountsThatDiffer) {
  const tests::TestFolder folder;
  const auto two = folder.write("two", "1\n2\n"), five = folder.write("five", "1\n2\n3\n4\n5");
  const auto empty = folder.write("empty", "");
  const auto message = [](const auto& source, const auto& target) {
    return tests::error_message([&] { all_of(open_line_pairs({source}, {target})); });
  };
  EXPECT_TRUE(tests::has_text(message(two, five), two.string() + " has 2 lines"))
      << message(two, five);
  EXPECT_TRUE(tests::has_text(message(two, five), five.string() + " has 5")) << message(two, five);
  EXPECT_TRUE(tests::has_text(message(five, two), five.string() + " has 5 lines"));
  EXPECT_TRUE(tests::has_text(message(empty, two), two.string() + " has 2"));
  EXPECT_TRUE(all_of(open_line_pairs({empty}, {empty})).empty());
}

TEST(PairSource, OneTextBehindTheOther) {
  const tests::TestFolder folder;
  const auto a = folder.write("a", "one\n"), b = folder.write("b", "eins\n"),
             t = folder.write("t", "two\tzwei\nthree\tdrei\n"), none = folder.write("none", "");
  const auto chained = [&] {
    std::vector<std::unique_ptr<PairSource>> parts;
    parts.push_back(open_line_pairs({a}, {b}));
    parts.push_back(open_tab_pairs({none}));
    parts.push_back(open_tab_pairs({t}));
    return chain_pairs(std::move(parts));
  };
  EXPECT_EQ(all_of(chained()), (Pairs{{"one", "eins"}, {"two", "zwei"}, {"three", "drei"}}));
  EXPECT_TRUE(all_of(chain_pairs({})).empty());
}

// A line of any length is one line: the sides stay together.
TEST(PairSource, AVeryLongLine) {
  const tests::TestFolder folder;
  std::string line;
  while (line.size() < (3u << 20)) line += "word ";
  const auto a = folder.write("a", line + "\nend\n"), b = folder.write("b", "x\nEnde\n");
  const auto pairs = all_of(open_line_pairs({a}, {b}));
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].first, line);
  EXPECT_EQ(pairs[1].second, "Ende");
}

TEST(PairSource, Columns) {
  const tests::TestFolder folder;
  const auto file = folder.write("f.tsv", "Go.\tGeh.\tmore\tand more\nHi.\tHallo.\nno tab\n\t\n");
  EXPECT_EQ(all_of(open_tab_pairs({file})),
            (Pairs{{"Go.", "Geh."}, {"Hi.", "Hallo."}, {"no tab", ""}, {"", ""}}));
  EXPECT_EQ(all_of(open_tab_pairs({file}, true))[0], (Pairs{{"Geh.", "Go."}})[0]);
}

}  // namespace
}  // namespace roformer::documents
