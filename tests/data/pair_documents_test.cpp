#include "roformer/data/pair_documents.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/data/masked_language_source.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

using TokenIds = std::vector<std::int64_t>;

constexpr const char* kLines =
    "w0 w1 w2\tw3 w4\n"
    "w5 w6\n"
    "\tw7\n"
    "w8\tw9 w10\tw11\n"
    "\t\n";

DataOptions pair_options(const tests::TestFolder& folder) {
  DataOptions options;
  options.text = {folder.write("pairs.tsv", kLines).string()};
  options.vocabulary = folder.write("vocab.txt", tests::number_vocabulary(12)).string();
  options.document = documents::DocumentRule::pair;
  options.segments = 2;
  options.validation_share = options.test_share = 0;
  options.cache = folder.file("cache");
  return options;
}

TEST(PairDocumentsTest, ALineIsASequence) {
  const tests::TestFolder folder;
  const Corpus corpus(pair_options(folder));
  const PairDocuments pairs(corpus.tokens(), corpus.documents(Split::training), 2, 3);
  ASSERT_EQ(pairs.count(32), 4);  // w0 is 5
  EXPECT_EQ(pairs.read(32, 0), (Sequence{{2, 5, 6, 7, 3, 8, 9, 3}, 4}));
  EXPECT_EQ(pairs.read(32, 1), (Sequence{{2, 10, 11, 3}, 0}));
  EXPECT_EQ(pairs.read(32, 2), (Sequence{{2, 12, 3}, 0}));
  EXPECT_EQ(pairs.read(32, 3), (Sequence{{2, 13, 3, 14, 15, 16, 3}, 2})) << "the first tab";
  EXPECT_THROW(pairs.read(32, 4), Error);
  EXPECT_THROW(pairs.count(2), Error);
}

TEST(PairDocumentsTest, TheLongerTextGivesWay) {
  const tests::TestFolder folder;
  const Corpus corpus(pair_options(folder));
  const PairDocuments pairs(corpus.tokens(), corpus.documents(Split::training), 2, 3);
  EXPECT_EQ(pairs.read(8, 0).ids, (TokenIds{2, 5, 6, 7, 3, 8, 9, 3}));
  EXPECT_EQ(pairs.read(7, 0).ids, (TokenIds{2, 5, 6, 3, 8, 9, 3}));
  EXPECT_EQ(pairs.read(6, 0).ids, (TokenIds{2, 5, 6, 3, 8, 3}));
  EXPECT_EQ(pairs.read(5, 0), (Sequence{{2, 5, 3, 8, 3}, 2}));
  EXPECT_THROW(pairs.read(4, 0), Error);
  EXPECT_EQ(pairs.read(5, 1), (Sequence{{2, 10, 11, 3}, 0}));
  EXPECT_EQ(pairs.read(6, 3).ids, (TokenIds{2, 13, 3, 14, 15, 3}));
}

TEST(PairDocumentsTest, ATextThatNamesTheSeparatorIsNotCutThere) {
  const Encode encode = encode_pairs(
      [](std::string_view text, std::vector<std::int32_t>& ids) {
        for (const char c : text) ids.push_back(c == '|' ? 3 : c);
      },
      3);
  const auto ids_of = [&](std::string_view text) {
    std::vector<std::int32_t> ids;
    encode(text, ids);
    return ids;
  };
  EXPECT_EQ(ids_of("a|b\tc|"), (std::vector<std::int32_t>{'a', 'b', 3, 'c'}));
  EXPECT_EQ(ids_of("a|b"), (std::vector<std::int32_t>{'a', 'b'}));
  EXPECT_EQ(ids_of("|\tc"), (std::vector<std::int32_t>{'c'}));
}

TEST(PairDocumentsTest, BatchesHaveTheTypesOfThePair) {
  const tests::TestFolder folder;
  DataOptions options = pair_options(folder);
  options.masking.mask_share = options.masking.random_share = 0;  // the tokens stay
  const MaskedLanguageSource source(options, 1);
  const MaskedBatch masked = source.batch({.stage = {.length = 16, .batch_size = 4, .steps = 9}});
  ASSERT_EQ(masked.batch.cu_seqlens.size(), 5u);
  int pairs = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto begin = masked.batch.cu_seqlens[i], end = masked.batch.cu_seqlens[i + 1];
    const TokenIds ids(masked.batch.tokens.begin() + begin, masked.batch.tokens.begin() + end);
    const std::vector<std::int32_t> types(masked.batch.segment_ids.begin() + begin,
                                          masked.batch.segment_ids.begin() + end);
    if (ids[1] != 5) continue;
    ++pairs;
    EXPECT_EQ(ids, (TokenIds{2, 5, 6, 7, 3, 8, 9, 3}));
    EXPECT_EQ(types, (std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 1, 1}));
  }
  EXPECT_EQ(pairs, 1);
}

}  // namespace
}  // namespace roformer::data
