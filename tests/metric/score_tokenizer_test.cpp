#include "roformer/metric/score_tokenizer.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/metric/score_words.h"

namespace roformer::metric {
namespace {

using Words = std::vector<std::string>;

Words tokens(ScoreTokenizer tokenizer, const std::string& line) {
  const std::string separated = separate_tokens(tokenizer, line);
  const auto words = split_words(separated);
  return {words.begin(), words.end()};
}

Words tokens_13a(const std::string& line) {
  return tokens(ScoreTokenizer::mteval_13a, line);
}

Words tokens_intl(const std::string& line) {
  return tokens(ScoreTokenizer::international, line);
}

TEST(ScoreTokenizerTest, PeriodsAndCommasBetweenDigitsStayIn13a) {
  EXPECT_EQ(tokens_13a("It's 1,000.50, no?"), (Words{"It's", "1,000.50", ",", "no", "?"}));
  EXPECT_EQ(tokens_13a("a.b 3. .5 .."), (Words{"a", ".", "b", "3", ".", ".", "5", ".", "."}));
  EXPECT_EQ(tokens_13a("x-1 1-x 1-"), (Words{"x-1", "1", "-", "x", "1", "-"}));
}

TEST(ScoreTokenizerTest, OfUnicodePunctuation13aKnowsNothing) {
  EXPECT_EQ(tokens_13a("„ja“, 東京。"), (Words{"„ja“", ",", "東京。"}));
  EXPECT_EQ(tokens_13a("é.é"), (Words{"é", ".", "é"}));
}

TEST(ScoreTokenizerTest, EntitiesAreUndoneOnceIn13a) {
  EXPECT_EQ(tokens_13a("a&amp;b &lt;&gt; &quot;"), (Words{"a", "&", "b", "<", ">", "\""}));
  EXPECT_EQ(tokens_13a("&amp;lt; &amp;quot;"), (Words{"<", "&", "quot", ";"}));
  EXPECT_EQ(tokens_13a("in<skipped>to"), (Words{"into"}));
  EXPECT_EQ(tokens_13a("hy-\nphen\nated"), (Words{"hyphen", "ated"}));
}

TEST(ScoreTokenizerTest, InternationalSetsOffUnicodePunctuationAndSymbols) {
  EXPECT_EQ(tokens_intl("„ja“, 東京。"), (Words{"„", "ja", "“", ",", "東京", "。"}));
  EXPECT_EQ(tokens_intl("5€ 3,5 ٣٫٥ ½."), (Words{"5", "€", "3,5", "٣٫٥", "½."}));
  EXPECT_EQ(tokens_intl("in 1999."), (Words{"in", "1999."}));  // as mteval-v14.pl has it
  EXPECT_EQ(tokens_intl("&amp;"), (Words{"&", "amp", ";"}));
}

TEST(ScoreTokenizerTest, CharactersAndNone) {
  EXPECT_EQ(tokens(ScoreTokenizer::characters, "ä 東\xC2\xA0🙂"), (Words{"ä", "東", "🙂"}));
  EXPECT_EQ(tokens(ScoreTokenizer::none, " a.b\tc\xE2\x80\xA8"), (Words{"a.b", "c"}));
}

TEST(ScoreTokenizerTest, NothingHasNoTokens) {
  for (const char* name : {"13a", "intl", "none", "compounds", "char"}) {
    const ScoreTokenizer tokenizer = find_score_tokenizer(name);
    EXPECT_STREQ(name_of(tokenizer), name);
    EXPECT_TRUE(tokens(tokenizer, "").empty());
    EXPECT_TRUE(tokens(tokenizer, " \t\xC2\x85").empty());
  }
}

TEST(ScoreTokenizerTest, UnknownNamesAreErrors) {
  EXPECT_THROW(find_score_tokenizer("zh"), Error);
  EXPECT_THROW(find_score_tokenizer(""), Error);
}

TEST(ScoreCharactersTest, SpaceIsPythons) {
  for (const char32_t code : {0x9, 0xD, 0x1C, 0x1F, 0x20, 0x85, 0xA0, 0x2028, 0x3000})
    EXPECT_TRUE(is_score_space(code)) << static_cast<int>(code);
  for (const char32_t code : {0x0, 0x1B, 0x21, 0x200B, 0xFEFF})
    EXPECT_FALSE(is_score_space(code)) << static_cast<int>(code);
}

TEST(ScoreCharactersTest, CategoriesOfNewerCharacters) {
  EXPECT_EQ(score_category(0x2E60), 'P');
  EXPECT_EQ(score_category(0x1CC00), 'S');
  EXPECT_EQ(score_category(0x10D40), 'N');
  EXPECT_EQ(score_category(0x1FBFA), 'S');
  EXPECT_EQ(score_category(0x1FBFB), 'C');
  EXPECT_EQ(score_category(0x10FFFF), 'C');
}

// What Perl makes of them by s{(\S)-(\S)}{$1 ##AT##-##AT## $2}g.
TEST(ScoreTokenizerTest, CompoundsAreSplitAsPerlDoes) {
  EXPECT_EQ(split_compounds("rich-text format"), "rich ##AT##-##AT## text format");
  EXPECT_EQ(split_compounds("ab-cd-ef"), "ab ##AT##-##AT## cd ##AT##-##AT## ef");
  EXPECT_EQ(split_compounds("a-b-c"), "a ##AT##-##AT## b-c") << "b was taken";
  EXPECT_EQ(split_compounds("a--b"), "a ##AT##-##AT## -b");
  EXPECT_EQ(split_compounds("----"), "- ##AT##-##AT## --");
  EXPECT_EQ(split_compounds("Ö-Ä - x- -y -"), "Ö ##AT##-##AT## Ä - x- -y -");
  EXPECT_EQ(split_compounds("-"), "-");
  EXPECT_EQ(split_compounds(""), "");
  EXPECT_EQ(separate_tokens(ScoreTokenizer::compounds, "x-y."), "x ##AT##-##AT## y.");
}

TEST(ScoreWordsTest, TrailingSpace) {
  EXPECT_EQ(without_trailing_space(" a \t\xE3\x80\x80"), " a");
  EXPECT_EQ(without_trailing_space("  "), "");
  EXPECT_EQ(without_trailing_space(""), "");
}

TEST(LowerCaseTest, SigmaAtTheEndOfAWordIsFinal) {
  EXPECT_EQ(lower_case("ΟΔΟΣ ΣΑΣ. Σ"), "οδος σας. σ");
  EXPECT_EQ(lower_case("ΑΣ’Β ΑΣ-Β"), "ασ’β ας-β");
  EXPECT_EQ(lower_case("İÄẞ"),
            "i\xCC\x87"
            "äß");
  EXPECT_EQ(lower_case(""), "");
}

}  // namespace
}  // namespace roformer::metric
