#include "roformer/labelled/queries.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "roformer/labelled/ranking_corpus.h"
#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

LabelledOptions triplets(const tests::TestFolder& folder, const std::string& lines) {
  LabelledOptions options;
  options.use = LabelUse::ranking;
  options.train = {folder.write("triplets.txt", lines).string()};
  options.format = "jsonl";
  options.text = "A";
  options.choices = {"B", "C"};
  options.label = "";
  options.validation_share = options.test_share = 0;
  return options;
}

std::string line(int a, int b, int c) {
  const auto text = [](int number) { return "\"t" + std::to_string(number) + "\""; };
  return "{\"A\": " + text(a) + ", \"B\": " + text(b) + ", \"C\": " + text(c) + "}\n";
}

std::string many_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += line(i % 23, 100 + i, 300 + i);
  return lines;
}

TEST(LabelledQueries, WithoutALabelTheFirstColumnIsTheBest) {
  const tests::TestFolder folder;
  const auto parts = open_queries(triplets(folder, many_lines(60)));
  std::int64_t swapped = 0;
  int row = 0;
  for (const Query& query : parts.of(Split::training).queries) {
    ASSERT_EQ(query.texts.size(), 2u);
    const std::size_t best = query.grades[0] == 1 ? 0 : 1;
    EXPECT_EQ(query.grades[1 - best], 0);
    EXPECT_EQ(query.texts[best], "t" + std::to_string(100 + row));
    EXPECT_EQ(query.texts[1 - best], "t" + std::to_string(300 + row));
    swapped += static_cast<std::int64_t>(best);
    ++row;
  }
  EXPECT_EQ(row, 60);
  // 60 fair coins lie outside with probability 1e-4.
  EXPECT_GT(swapped, 15);
  EXPECT_LT(swapped, 45);
}

TEST(LabelledQueries, TheOrderHangsOnTheSeedAlone) {
  const tests::TestFolder folder;
  auto options = triplets(folder, many_lines(60));
  const auto first = open_queries(options), again = open_queries(options);
  options.split_seed = 7;
  const auto other = open_queries(options);
  const auto texts = [](const Parts<QueryText>& parts) {
    std::vector<std::string> all;
    for (const Query& query : parts.of(Split::training).queries)
      all.insert(all.end(), query.texts.begin(), query.texts.end());
    return all;
  };
  EXPECT_EQ(texts(first), texts(again));
  EXPECT_NE(texts(first), texts(other));
}

TEST(LabelledQueries, ALabelNamesTheBest) {
  const tests::TestFolder folder;
  auto options = triplets(folder, "{\"A\": \"a\", \"B\": \"b\", \"C\": \"c\", \"label\": \"C\"}\n");
  options.label = "label";
  const Query query = open_queries(options).of(Split::training).queries.at(0);
  EXPECT_EQ(query.texts[query.grades[0] == 1 ? 0 : 1], "c");
}

TEST(LabelledQueries, TripletsWithoutALabelOrATextAreNamed) {
  const tests::TestFolder folder;
  auto options = triplets(folder, line(1, 2, 3) + "{\"A\": \"a\", \"B\": \"b\"}\n");
  EXPECT_TRUE(has_text(error_message([&] { open_queries(options); }),
                       "triplets.txt:2: expected text under 'C' but got no such key"));
  options = triplets(folder, line(1, 2, 3));
  options.label = "label";
  EXPECT_TRUE(has_text(error_message([&] { open_queries(options); }), "label"));
  options = triplets(folder, "{\"A\": \"a\", \"B\": \"b\", \"C\": \"c\", \"label\": \"D\"}\n");
  options.label = "label";
  EXPECT_TRUE(has_text(error_message([&] { open_queries(options); }), "triplets.txt:1"));
  options.text_pair = "B";
  EXPECT_TRUE(has_text(error_message([&] { open_queries(options); }), "but got both"));
}

TEST(LabelledQueries, RotationsJudgeEachQueryOnceAndNeverAFirstTextThatWasLearned) {
  const tests::TestFolder folder;
  auto options = triplets(folder, many_lines(200));
  options.folds = 5;
  std::map<std::string, int> judged;
  for (options.fold = 0; options.fold < 5; ++options.fold) {
    const auto parts = open_queries(options);
    std::map<std::string, std::set<Split>> where;
    std::size_t rows = 0;
    for (const Split split : all_parts) {
      for (const Query& query : parts.of(split).queries) where[query.text].insert(split);
      rows += parts.of(split).queries.size();
    }
    EXPECT_EQ(rows, 200u);
    for (const auto& [text, splits] : where) EXPECT_EQ(splits.size(), 1u) << text;
    for (const Query& query : parts.of(Split::test).queries)
      ++judged[query.texts[0] + query.texts[1]];
    // 23 first texts of 8 or 9 rows each: four or five of them a fold.
    EXPECT_NEAR(static_cast<double>(parts.of(Split::test).queries.size()), 40, 6);
    EXPECT_NEAR(static_cast<double>(parts.of(Split::validation).queries.size()), 40, 6);
  }
  EXPECT_EQ(judged.size(), 200u);
  for (const auto& [texts, times] : judged) EXPECT_EQ(times, 1);
}

TEST(LabelledQueries, TextsOfTwoParts) {
  const auto part = [](std::vector<std::string> texts) {
    return QueryText{
        {}, {{.text = texts.at(0), .texts = {texts.begin() + 1, texts.end()}, .grades = {}}}};
  };
  const SharedTexts shared = shared_texts(part({"a", "b", "c", "b"}), part({"x", "c", "a"}));
  EXPECT_EQ(shared.distinct, 3);
  EXPECT_EQ(shared.shared, 2);
}

TEST(LabelledQueries, OneTextWithTwoGradesIsSeenAndPlaced) {
  const tests::TestFolder folder;
  const auto parts = open_queries(triplets(folder, line(1, 2, 3) + line(4, 5, 5)));
  const QueryText& text = parts.of(Split::training);
  EXPECT_FALSE(text.queries.at(0).has_twins());
  EXPECT_TRUE(text.queries.at(1).has_twins());
  EXPECT_TRUE(text.place(text.queries[1]).ends_with("triplets.txt:2"));
  // Rows of one query: the same text again with the same grade is no contradiction.
  auto rows = triplets(folder,
                       "{\"A\": \"q\", \"B\": \"x\", \"n\": 1}\n"
                       "{\"A\": \"q\", \"B\": \"x\", \"n\": 1}\n"
                       "{\"A\": \"q\", \"B\": \"y\", \"n\": 0}\n"
                       "{\"A\": \"r\", \"B\": \"x\", \"n\": 1}\n"
                       "{\"A\": \"r\", \"B\": \"x\", \"n\": 0}\n");
  rows.choices.clear();
  rows.text_pair = "B";
  rows.label = "n";
  const auto of_rows = open_queries(rows).of(Split::training);
  EXPECT_FALSE(of_rows.queries.at(0).has_twins());
  EXPECT_TRUE(of_rows.queries.at(1).has_twins());
  EXPECT_TRUE(of_rows.place(of_rows.queries[1]).ends_with("triplets.txt:4"));
}

TEST(RankingCorpus, APairNeedsRoomForBothTexts) {
  const tests::TestFolder folder;
  auto options = triplets(folder, many_lines(5));
  options.vocabulary =
      folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nt\n").string();
  for (options.max_length = 3; options.max_length < 5; ++options.max_length)
    EXPECT_TRUE(has_text(error_message([&] { RankingCorpus{options}; }),
                         "data.max_length to be at least 5, 3 special tokens"));
  EXPECT_EQ(RankingCorpus(options).rows(), 10);
}

TEST(RankingCorpus, SaysWhatIsCutAndShared) {
  const tests::TestFolder folder;
  std::string lines;
  for (int i = 0; i < 30; ++i)
    lines += "{\"A\": \"t t" + std::to_string(i) + "\", \"B\": \"t t40\", \"C\": \"t t41\"}\n";
  auto options = triplets(folder, lines);
  options.folds = 3;
  options.vocabulary =
      folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nt\n").string();
  options.max_length = 6;
  const RankingCorpus corpus(options);
  EXPECT_EQ(corpus.rows(), 60);
  EXPECT_EQ(corpus.cut_rows(), 60);
  EXPECT_EQ(corpus.shared().shared, 2) << "t t40 and t t41";
  EXPECT_EQ(corpus.shared().distinct, corpus.part(Split::test).num_examples() + 2);
  EXPECT_EQ(std::ssize(corpus.queries(Split::test)), corpus.part(Split::test).num_examples());
  EXPECT_TRUE(has_text(corpus.summary(), "; fold 0 of 3 is test")) << corpus.summary();
}

}  // namespace
}  // namespace roformer::labelled
