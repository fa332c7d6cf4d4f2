#include "roformer/labelled/question_windows.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using tests::error_message;
using tests::has_text;

text::Tokenizer pieces() {
  return text::wordpiece_tokenizer(text::Vocabulary(
      {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "a", "b", "c", "un", "##able"}));
}

TEST(QuestionWindows, WhiteSpaceBeforeTheQuestionIsLeftOut) {
  const auto windows = question_windows(pieces(), " \t who", "a", 20, 4);
  EXPECT_EQ(windows.at(0).encoding.offsets[1], (text::Offset{0, 3}));
}

TEST(QuestionWindows, AContextHasATokenAndAQuestionLeavesRoom) {
  EXPECT_TRUE(has_text(error_message([] { question_windows(pieces(), "who", "\x01", 20, 4); }),
                       "no token"));
  EXPECT_TRUE(has_text(
      error_message([] { question_windows(pieces(), "who who who", "a b c", 8, 2); }), "leaves 2"));
}

TEST(AnswerTokens, AreWholeTokensOfTheWindow) {
  const auto windows = question_windows(pieces(), "who", "a unable b c", 8, 1);  // [CLS] who [SEP]
  ASSERT_EQ(windows.size(), 2u);                                                 // a un able b
  const auto& first = windows[0];
  EXPECT_EQ(answer_tokens(first, {0, 1}), (AnswerTokens{3, 3}));
  EXPECT_EQ(answer_tokens(first, {2, 8}), (AnswerTokens{4, 5}));
  EXPECT_EQ(answer_tokens(first, {3, 5}), (AnswerTokens{4, 5})) << "ends within tokens";
  EXPECT_EQ(answer_tokens(first, {1, 4}), (AnswerTokens{3, 4})) << "begins between tokens";
  EXPECT_EQ(answer_tokens(first, {9, 10}), (AnswerTokens{6, 6})) << "the window's last token";
  EXPECT_EQ(answer_tokens(first, {0, 10}), (AnswerTokens{3, 6}));
  EXPECT_EQ(answer_tokens(first, {9, 12}), (AnswerTokens{0, 0})) << "ends behind the window";
  EXPECT_EQ(answer_tokens(windows[1], {9, 12}), (AnswerTokens{3, 4}));
  EXPECT_EQ(answer_tokens(windows[1], {2, 10}), (AnswerTokens{0, 0})) << "begins before it";
}

TEST(TextBetween, CountsCharacters) {
  EXPECT_EQ(text_between("Köln 😀 am Rhein", {5, 9}), "😀 am");
  EXPECT_EQ(text_between("abc", {1, 7}), "bc");
  EXPECT_EQ(text_between("a\xff\xff"
                         "b",
                         {2, 4}),
            "\xff"
            "b")
      << "a bad byte is a character";
}

}  // namespace
}  // namespace roformer::labelled
