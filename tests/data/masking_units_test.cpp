#include "roformer/data/masking_units.h"

#include <gtest/gtest.h>

#include <set>

#include "roformer/base/error.h"
#include "roformer/data/masked_language_source.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::data {
namespace {

using Places = std::vector<std::size_t>;

// 0 … 4 special; 5 un, 6 ##aff, 7 ##able, 8 cat, 9 今, 10 天, 11 气, 12 好, 13 ##x, 14 今天
text::Tokenizer tokenizer() {
  return text::wordpiece_tokenizer(
      text::Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able",
                        "cat", "今", "天", "气", "好", "##x", "今天"}));
}

Places begins(MaskingUnits::Kind kind, const std::vector<std::int64_t>& tokens) {
  return MaskingUnits(kind, tokenizer()).begins(tokens);
}

TEST(MaskingUnitsTest, APieceGoesWithItsWord) {
  EXPECT_EQ(begins(MaskingUnits::Kind::pieces, {2, 5, 6, 7, 8, 9, 10, 3}),
            (Places{0, 1, 4, 5, 6, 7}));
  EXPECT_EQ(begins(MaskingUnits::Kind::pieces, {6, 7, 3, 7}), (Places{0, 2, 3}))
      << "a sequence may begin within a word";
  EXPECT_EQ(begins(MaskingUnits::Kind::pieces, {}), Places());
}

TEST(MaskingUnitsTest, CharactersOfAWordOfTheDictionary) {
  EXPECT_EQ(begins(MaskingUnits::Kind::jieba, {2, 10, 11, 9, 10, 3}), (Places{0, 1, 3, 5}));
  EXPECT_EQ(begins(MaskingUnits::Kind::jieba, {14, 10, 11}), Places{0})
      << "a word of the dictionary over two tokens";
  EXPECT_EQ(begins(MaskingUnits::Kind::jieba, {9, 10, 1, 11}), (Places{0, 2, 3}));
  EXPECT_EQ(begins(MaskingUnits::Kind::jieba, {8, 8, 5, 6, 9, 10}), (Places{0, 1, 2, 4}));
  EXPECT_EQ(begins(MaskingUnits::Kind::jieba, {9, 13, 10}), (Places{0, 2}));
}

MaskingVocabulary whole_words() {
  const text::Tokenizer words = tokenizer();
  MaskingVocabulary vocabulary{words.vocabulary_size(), words.mask_id(), {}, {}};
  for (std::int32_t id = 0; id < words.vocabulary_size(); ++id)
    vocabulary.special.push_back(words.is_special(id));
  vocabulary.words = std::make_shared<const MaskingUnits>(MaskingUnits::Kind::pieces, words);
  return vocabulary;
}

TEST(MaskingUnitsTest, NoWordIsHalfMasked) {
  const MaskingVocabulary vocabulary = whole_words();
  std::vector<std::int64_t> text{2};
  for (int i = 0; i < 20; ++i) text.insert(text.end(), {5, 6, 7, 8, 8});
  text.push_back(3);
  std::set<std::int64_t> chosen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto tokens = text;
    const MaskedTokens masked = mask_tokens(tokens, {0.15, 1.0, 0.0}, vocabulary, seed);
    EXPECT_LE(masked.positions.size(), 15u);
    EXPECT_GE(masked.positions.size(), 13u) << "a word of three does not fit, one of one does";
    const std::set<std::int64_t> places(masked.positions.begin(), masked.positions.end());
    for (std::int64_t word = 1; word < 101; word += 5)
      EXPECT_EQ(places.count(word) + places.count(word + 1) + places.count(word + 2),
                3 * places.count(word));
    chosen.insert(places.begin(), places.end());
  }
  EXPECT_EQ(chosen.size(), 100u) << "every word is masked in some draw";
}

TEST(MaskingUnitsTest, AWordThatIsLongerThanTheShareIsMaskedAlone) {
  const MaskingVocabulary vocabulary = whole_words();
  std::vector<std::int64_t> tokens{2, 5, 6, 7, 3};
  EXPECT_EQ(mask_tokens(tokens, {}, vocabulary, 1).positions, (std::vector<std::int64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace roformer::data
