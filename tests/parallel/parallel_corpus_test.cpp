#include "roformer/parallel/parallel_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "roformer/base/file.h"
#include "tests/parallel/parallel_test_files.h"

namespace roformer::parallel {
namespace {

using Row = std::vector<std::int32_t>;

std::vector<std::int64_t> wide(std::span<const std::int32_t> ids) {
  return {ids.begin(), ids.end()};
}

TEST(ParallelCorpus, PartsAndTheirLines) {
  const tests::TestFolder folder;
  const ParallelCorpus corpus(tests::number_pairs(folder), 2);
  const auto sizes = {corpus.size(data::Split::training), corpus.size(data::Split::validation),
                      corpus.size(data::Split::test)};
  std::int64_t all = 0;
  for (const auto size : sizes) {
    EXPECT_GT(size, 10);
    all += size;
  }
  EXPECT_EQ(all, 300);
  for (const data::Split split : {data::Split::validation, data::Split::test}) {
    for (std::int64_t i = 0; i < corpus.size(split); ++i) {
      EXPECT_EQ(corpus.tokenizer().decode(corpus.target_ids(split, i)) + "",
                corpus.target_line(split, i));
      EXPECT_EQ(corpus.source_line(split, i)[0], 's');
    }
  }
  EXPECT_THROW(corpus.source_line(data::Split::training, 0), Error);
  EXPECT_EQ(corpus.tokenizer().vocabulary_size(), 120);
}

TEST(ParallelCorpus, ThreadsAndSecondRunsChangeNothing) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder, 2000);
  const ParallelCorpus one(options, 1), three(options, 3);
  EXPECT_EQ(one.fingerprint(), three.fingerprint());
  options.max_pairs = 100;
  const ParallelCorpus fewer(options, 3);
  EXPECT_EQ(fewer.size(data::Split::training), 100);
  EXPECT_NE(fewer.fingerprint(), one.fingerprint());
}

TEST(ParallelCorpus, ADamagedCacheIsMadeAgain) {
  const tests::TestFolder folder;
  const auto options = tests::number_pairs(folder);
  const auto before = ParallelCorpus(options, 1).fingerprint();
  for (const auto& entry : std::filesystem::directory_iterator(options.cache)) {
    if (entry.is_directory()) std::filesystem::resize_file(entry.path() / "target.spm", 100);
  }
  EXPECT_EQ(ParallelCorpus(options, 1).fingerprint(), before);
}

TEST(ParallelCorpus, EqualSentencesStayTogether) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder, 2);
  std::string source, target;
  for (int i = 0; i < 600; ++i) {
    source += "sentence " + std::to_string(i % 60) + "\n";
    target += "Satz " + std::to_string(i) + "\n";
  }
  folder.write("text.en", source);
  folder.write("text.de", target);
  const ParallelCorpus corpus(options, 1);
  std::set<std::vector<std::int64_t>> seen[3];
  for (const data::Split split :
       {data::Split::training, data::Split::validation, data::Split::test}) {
    for (std::int64_t i = 0; i < corpus.size(split); ++i)
      seen[static_cast<int>(split)].insert(wide(corpus.source_ids(split, i)));
    EXPECT_EQ(corpus.size(split),
              10 * static_cast<std::int64_t>(seen[static_cast<int>(split)].size()));
  }
  EXPECT_EQ(seen[0].size() + seen[1].size() + seen[2].size(), 60u);
}

TEST(ParallelCorpus, BadPairsAreCounted) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder);
  options.validation_source = {folder.write("v.en", "s1 n1\n\n  \ns\xFF\n").string()};
  options.validation_target = {folder.write("v.de", "t1 m1\nx\nt\nt\n").string()};
  std::string source = base::read_file(options.source[0]),
              target = base::read_file(options.target[0]);
  source += "\ns1\ns\xFF\n" + std::string(5000, 's') + "\ns1 s2 s3 s4 s5 s6 s7 s8 s9\n";
  target += "t1\n   \nt1\nt1 t2\nt\n";
  folder.write("text.en", source);
  folder.write("text.de", target);
  options.max_ratio = 5;
  options.test_share = 0;
  const ParallelCorpus corpus(options, 1);
  const auto& skipped = corpus.skipped();
  EXPECT_EQ(skipped.empty.count, 2);
  EXPECT_EQ(skipped.empty.line, 301);
  EXPECT_EQ(skipped.empty.file, options.source[0]);
  EXPECT_EQ(skipped.invalid_utf8.count, 1);
  EXPECT_EQ(skipped.invalid_utf8.line, 303);
  EXPECT_EQ(skipped.too_long.line, 304);
  EXPECT_GE(skipped.ratio.count, 1);
  EXPECT_EQ(corpus.size(data::Split::training) + skipped.total(), 305);
  EXPECT_EQ(corpus.size(data::Split::validation), 1);
  EXPECT_EQ(corpus.size(data::Split::test), 0);
  EXPECT_EQ(corpus.skipped(data::Split::validation).empty.count, 2);
  EXPECT_EQ(corpus.skipped(data::Split::validation).invalid_utf8.line, 4);
  EXPECT_TRUE(tests::has_text(corpus.summary(), "skipped")) << corpus.summary();
}

TEST(ParallelCorpus, GivenVocabularies) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder);
  const ParallelCorpus trained(options, 1);
  options.vocabulary = folder.file("tokenizer").string();
  trained.tokenizer().save(options.vocabulary);
  EXPECT_EQ(ParallelCorpus(options, 1).fingerprint(), trained.fingerprint());
  options.vocabulary += "/source.spm";
  EXPECT_EQ(ParallelCorpus(options, 1).fingerprint(), trained.fingerprint());
  options.lower_case = true;
  EXPECT_TRUE(ParallelCorpus(options, 1).tokenizer().facts().lower_cases);

  options.codes = folder.write("codes", "#version: 0.2\ns 1\nt 1\n").string();
  options.vocabulary.clear();
  const ParallelCorpus counted(options, 1);
  EXPECT_GT(counted.tokenizer().vocabulary_size(), 20);
  EXPECT_EQ(counted.size(data::Split::training), trained.size(data::Split::training));
  options.vocabulary = folder.write("counts", "s@@ 9\n1 8\nt@@ 7\n2 1\n").string();
  options.vocabulary_threshold = 2;
  EXPECT_EQ(ParallelCorpus(options, 1).tokenizer().vocabulary_size(), 6);
}

TEST(ParallelCorpus, Errors) {
  const tests::TestFolder folder;
  const auto options = tests::number_pairs(folder);
  const auto message = [&](const auto& change) {
    auto changed = options;
    change(changed);
    return tests::error_message([&] { ParallelCorpus(changed, 1); });
  };
  EXPECT_TRUE(tests::has_text(message([](auto& o) { o.source = {"absent.en"}; }), "absent.en"));
  EXPECT_TRUE(
      tests::has_text(message([](auto& o) { o.vocabulary = "absent"; }), "data.vocabulary"));
  EXPECT_TRUE(tests::has_text(message([](auto& o) { o.vocab_size = 8; }), "at least"));
  const auto empty = folder.write("empty", "").string();
  EXPECT_TRUE(
      tests::has_text(message([&](auto& o) { o.source = o.target = {empty}; }), "data.source"));
  EXPECT_TRUE(tests::has_text(message([&](auto& o) { o.source = {empty}; }), "has 300"));
}

Row row_of(std::span<const std::int32_t> ids) {
  return {ids.begin(), ids.end()};
}

TEST(PairTableTest, SidesComeBack) {
  PairTable table;
  EXPECT_EQ(table.size(), 0);
  table.add(Row{1, 2}, Row{3});
  table.add(Row{}, Row{4, 5, 6});
  table.add(Row{7}, Row{});
  ASSERT_EQ(table.size(), 3);
  EXPECT_EQ(row_of(table.source(0)), (Row{1, 2}));
  EXPECT_EQ(row_of(table.target(0)), Row{3});
  EXPECT_TRUE(table.source(1).empty());
  EXPECT_EQ(row_of(table.target(1)), (Row{4, 5, 6}));
  EXPECT_EQ(row_of(table.source(2)), Row{7});
  EXPECT_TRUE(table.target(2).empty());
  EXPECT_EQ(table.ids(), (Row{1, 2, 3, 4, 5, 6, 7}));
}

}  // namespace
}  // namespace roformer::parallel
