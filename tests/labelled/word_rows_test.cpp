#include "roformer/labelled/word_rows.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using RowIds = std::vector<std::int32_t>;
using RowWords = std::vector<std::string>;

class WordRowsTest : public ::testing::Test {
 protected:
  // [CLS] is 2, [SEP] 3, u 5, s 6, "." 7, cat 8, ##s 9, the 10, ##ie 11
  text::Tokenizer tokenizer() const {
    return text::Tokenizer::load(folder_.write(
        "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nu\ns\n.\ncat\n##s\nthe\n##ie\n"));
  }
  static RowIds ids(const WordRows& rows, std::int64_t row) {
    const auto ids = rows.part().ids(row);
    return {ids.begin(), ids.end()};
  }
  // Places of first pieces and numbers of words, by turns.
  static std::vector<std::int64_t> firsts(const WordRows& rows, std::int64_t row) {
    std::vector<std::int64_t> numbers;
    for (const auto& [token, word] : rows.first_pieces(row)) {
      numbers.push_back(token);
      numbers.push_back(word);
    }
    return numbers;
  }

  tests::TestFolder folder_;
};

TEST_F(WordRowsTest, EachWordIsCutByItself) {
  WordRows rows(tokenizer(), 32);
  rows.add({"U.S.", "cats", "\x01", "the", "caties", "☃☃"});
  rows.add({"the"});
  ASSERT_EQ(rows.part().num_examples(), 2);
  EXPECT_EQ(ids(rows, 0), (RowIds{2, 5, 7, 6, 7, 8, 9, 10, 8, 11, 9, 1, 3}));
  EXPECT_EQ(firsts(rows, 0), (std::vector<std::int64_t>{1, 0, 5, 1, 7, 3, 8, 4, 11, 5}));
  EXPECT_EQ(firsts(rows, 1), (std::vector<std::int64_t>{1, 6}));
  EXPECT_EQ(rows.part().type_ids(0).size(), 13u);
  EXPECT_EQ(rows.num_words(), 7);
  EXPECT_EQ(rows.words_of(0).end, 6);
  EXPECT_EQ(rows.words_of(1).begin, 6);
  EXPECT_EQ(rows.words_without_piece(), 1);
  EXPECT_EQ(rows.long_sentences(), 0);
}

TEST_F(WordRowsTest, LongSentencesHaveSeveralRowsThatBeginWithAWord) {
  WordRows rows(tokenizer(), 6);  // four pieces
  rows.add({"the", "U.S.", "cats", "the", "caties"});
  rows.add({"caties.u.s", "the"});
  EXPECT_EQ(ids(rows, 0), (RowIds{2, 10, 3}));
  EXPECT_EQ(ids(rows, 1), (RowIds{2, 5, 7, 6, 7, 3}));
  EXPECT_EQ(ids(rows, 2), (RowIds{2, 8, 9, 10, 3}));
  EXPECT_EQ(ids(rows, 3), (RowIds{2, 8, 11, 9, 3}));
  EXPECT_EQ(firsts(rows, 2), (std::vector<std::int64_t>{1, 2, 3, 3}));
  EXPECT_EQ(rows.part().rows_of(0).size(), 4);
  // A word that is longer than a row is its first pieces.
  EXPECT_EQ(ids(rows, 4), (RowIds{2, 8, 11, 9, 7, 3}));
  EXPECT_EQ(firsts(rows, 5), (std::vector<std::int64_t>{1, 6}));
  EXPECT_EQ(rows.long_sentences(), 2);
  EXPECT_EQ(rows.cut_words(), 1);
}

TEST_F(WordRowsTest, ASentenceOfNothingIsARowWithoutWords) {
  WordRows rows(tokenizer(), 3);
  rows.add({"\x01", "\x02"});
  EXPECT_EQ(ids(rows, 0), (RowIds{2, 3}));
  EXPECT_TRUE(rows.first_pieces(0).empty());
  EXPECT_EQ(rows.words_of(0).end, 2);
  rows.add({"cats"});
  EXPECT_EQ(ids(rows, 1), (RowIds{2, 8, 3}));
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { WordRows(tokenizer(), 2); }), "above 2"));
}

}  // namespace
}  // namespace roformer::labelled
