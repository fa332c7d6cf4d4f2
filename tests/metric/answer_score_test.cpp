#include "roformer/metric/answer_score.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

using Answers = std::vector<std::string>;

double f1_of(const std::string& answer, const Answers& gold,
             SquadVersion version = SquadVersion::v2_0) {
  return score_answer(answer, gold, version).f1;
}

double match_of(const std::string& answer, const Answers& gold,
                SquadVersion version = SquadVersion::v2_0) {
  return score_answer(answer, gold, version).exact_match;
}

TEST(AnswerWordsTest, WithoutCaseMarksAndArticles) {
  EXPECT_EQ(answer_words(" The  quick, \"brown\" FOX! "), (Answers{"quick", "brown", "fox"}));
  EXPECT_EQ(answer_words("an apple a day, the end."), (Answers{"apple", "day", "end"}));
  EXPECT_EQ(answer_words("theatre another a1"), (Answers{"theatre", "another", "a1"}));
  EXPECT_TRUE(answer_words("").empty());
  EXPECT_TRUE(answer_words("The!").empty());
  EXPECT_TRUE(answer_words(" .,-_ ").empty());
}

TEST(AnswerWordsTest, MarksGoBeforeArticlesAreLookedFor) {
  EXPECT_EQ(answer_words("co-op $1,000.50 U.S.A."), (Answers{"coop", "100050", "usa"}));
  EXPECT_EQ(answer_words("th-e a_n x"), Answers{"x"});
  EXPECT_EQ(answer_words("a-b the'x"), (Answers{"ab", "thex"}));
}

// Expected values are those of evaluate-v2.0.py's normalize_answer in Python 3.
TEST(AnswerWordsTest, OtherCharacters) {
  EXPECT_EQ(answer_words("ΑΣ É\u00A0ẞ\u3000İ"), (Answers{"ας", "é", "ß", "i\u0307"}));
  EXPECT_EQ(answer_words("“The”"), (Answers{"“", "”"})) << "such marks stay";
  EXPECT_EQ(answer_words("a–the–b"), (Answers{"–", "–b"})) << "and part words";
  EXPECT_EQ(answer_words("a\u0301 à"), (Answers{"\u0301", "à"})) << "an accent is no letter";
  EXPECT_EQ(answer_words("a²b a中"), (Answers{"a²b", "a中"})) << "a number and an ideograph are";
  EXPECT_EQ(answer_words("x\x1Cy\u200Bz"), (Answers{"x", "y\u200Bz"}));
}

TEST(AnswerScoreTest, WordsInCommon) {
  EXPECT_DOUBLE_EQ(f1_of("red house", {"big red house"}), 0.8);
  EXPECT_DOUBLE_EQ(f1_of("house red", {"the red house"}), 1) << "in any order";
  EXPECT_EQ(match_of("house red", {"the red house"}), 0);
  EXPECT_EQ(match_of("Red house.", {"the red house"}), 1);
  EXPECT_DOUBLE_EQ(f1_of("no no no", {"no no yes"}), 2.0 / 3) << "a word as often as both have it";
  EXPECT_EQ(f1_of("cat", {"dog"}), 0);
}

TEST(AnswerScoreTest, TheBestGoldAnswerCounts) {
  EXPECT_DOUBLE_EQ(f1_of("red house", {"cat", "house", "big red house"}), 0.8);
  EXPECT_EQ(match_of("red house", {"cat", "red house"}), 1);
}

TEST(AnswerScoreTest, QuestionsWithoutAnswer) {
  EXPECT_EQ(match_of("", {}), 1);
  EXPECT_EQ(f1_of("", {}), 1);
  EXPECT_EQ(f1_of("the", {}), 1) << "no word is left of it";
  EXPECT_EQ(match_of("cat", {}), 0);
  EXPECT_EQ(f1_of("cat", {}), 0);
  EXPECT_EQ(f1_of("", {"cat"}), 0);
}

TEST(AnswerScoreTest, GoldAnswersWithoutWords) {
  EXPECT_EQ(f1_of("", {"...", "cat"}), 0) << "2.0 passes over the first";
  EXPECT_EQ(f1_of("", {"..."}), 1);
  EXPECT_EQ(match_of("", {"...", "cat"}, SquadVersion::v1_1), 1);
  EXPECT_EQ(f1_of("", {"...", "cat"}, SquadVersion::v1_1), 0) << "nothing is shared";
}

TEST(AnswerScoreTest, MeansInPercent) {
  const Answers answers = {"Paris", "red house", "", "cat"};
  const std::vector<Answers> gold = {{"paris", "Lyon"}, {"big red house"}, {}, {}};
  const AnswerReport report = answer_report(answers, gold, SquadVersion::v2_0);
  EXPECT_DOUBLE_EQ(report.all.exact_match, 50);
  EXPECT_DOUBLE_EQ(report.all.f1, 70);
  EXPECT_EQ(report.all.questions, 4);
  EXPECT_DOUBLE_EQ(report.with_answer->exact_match, 50);
  EXPECT_DOUBLE_EQ(report.with_answer->f1, 90);
  EXPECT_EQ(report.with_answer->questions, 2);
  EXPECT_DOUBLE_EQ(report.without_answer->f1, 50);
  EXPECT_EQ(report.without_answer->questions, 2);
}

TEST(AnswerScoreTest, PartsWithoutQuestionsAreNone) {
  const Answers answers = {"cat"};
  const std::vector<Answers> gold = {{"cat"}}, none = {{}};
  EXPECT_FALSE(answer_report(answers, gold, SquadVersion::v1_1).without_answer.has_value());
  EXPECT_FALSE(answer_report(answers, none, SquadVersion::v2_0).with_answer.has_value());
}

TEST(AnswerScoreTest, WhatCannotBeComparedIsRefused) {
  const std::vector<Answers> none = {{}};
  EXPECT_THROW(score_answer("cat", {}, SquadVersion::v1_1), Error);
  EXPECT_THROW(answer_report(Answers{"cat"}, none, SquadVersion::v1_1), Error);
  EXPECT_THROW(answer_report(Answers{"cat", "dog"}, none, SquadVersion::v2_0), Error);
  EXPECT_THROW(answer_report(Answers{}, std::vector<Answers>{}, SquadVersion::v2_0), Error);
}

}  // namespace
}  // namespace roformer::metric
