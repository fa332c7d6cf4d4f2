#include "roformer/labelled/question_corpus.h"

#include <gtest/gtest.h>

#include <set>

#include "roformer/base/error.h"
#include "roformer/labelled/example_source.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

// Question i is about paragraph i / 2 of article i / 4.
std::string article_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const std::string paragraph = std::to_string(i / 2);
    lines += R"({"id": "q)" + std::to_string(i) + R"(", "title": "article )" +
             std::to_string(i / 4) +
             R"(", "question": "which number?", "context": "the number is )" + paragraph +
             R"( here", "answers": [{"text": ")" + paragraph + R"(", "answer_start": 14}]})" + "\n";
  }
  return lines;
}

class QuestionCorpusTest : public ::testing::Test {
 protected:
  LabelledOptions options(const std::string& lines) const {
    LabelledOptions options;
    options.use = LabelUse::questions;
    options.train = {folder_.write("train.jsonl", lines).string()};
    options.vocab_size = 60;
    options.max_length = 60;
    options.stride = 4;
    options.cache = folder_.file("cache");
    return options;
  }
  // Words alone, so that tokens can be counted: long.jsonl with six words of context.
  LabelledOptions words() const {
    const std::string line =
        R"({"id": "q1", "question": "which", "context": "one two three four five six", )"
        R"("answers": {"text": ["three four"], "answer_start": [8]}})";
    LabelledOptions words = options(line + "\n");
    words.validation = words.train;
    words.validation_share = words.test_share = 0;
    words.vocabulary = folder_
                           .write("vocab.txt",
                                  "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwhich\none\ntwo\nthree\n"
                                  "four\nfive\nsix\n")
                           .string();
    words.max_length = 7;  // [CLS] which [SEP] three of them [SEP]
    words.stride = 1;
    return words;
  }

  tests::TestFolder folder_;
};

TEST_F(QuestionCorpusTest, NoArticleIsInTwoParts) {
  const QuestionCorpus corpus(options(article_lines(400)));
  std::set<std::string> held_out[2];
  std::int64_t count = 0;
  for (const Split split : {Split::validation, Split::test}) {
    for (const Question& question : corpus.questions(split).questions) {
      held_out[split == Split::test].insert(question.title);
      EXPECT_TRUE(corpus.questions(split).context_of(question).starts_with("the number is "));
    }
    count += corpus.part(split).num_examples();
    EXPECT_EQ(std::ssize(corpus.questions(split).contexts) * 2, corpus.part(split).num_examples());
  }
  for (const std::string& title : held_out[0]) EXPECT_FALSE(held_out[1].contains(title));
  EXPECT_EQ(count + corpus.part(Split::training).num_examples(), 400);
  EXPECT_EQ(count % 4, 0) << "whole articles";
  for (const Split split : {Split::validation, Split::test})
    EXPECT_FALSE(corpus.has_impossible(split));
}

TEST_F(QuestionCorpusTest, WithoutTitlesAContextIsInOnePart) {
  QuestionText text;
  text.contexts = {"a", "b"};
  for (const std::size_t context : {0u, 0u, 1u}) text.questions.push_back({.context = context});
  const auto hashes = group_hashes(text);
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_NE(hashes[0], hashes[2]);
  const auto second = examples_of(text, {Split::test, Split::training, Split::test}, Split::test);
  EXPECT_EQ(second.contexts, text.contexts);
  EXPECT_EQ(second.questions[1].context, 1u);
}

TEST_F(QuestionCorpusTest, WindowsAreExamplesToLearnFromAndQuestionsToBeAsked) {
  const QuestionCorpus corpus(words());
  EXPECT_EQ(corpus.part(Split::training).num_examples(), 3);  // one two three, three …, five six
  EXPECT_EQ(corpus.part(Split::validation).num_examples(), 1);
  EXPECT_EQ(corpus.part(Split::validation).num_rows(), 3);
  const std::vector<AnswerTokens> wanted{{0, 0}, {3, 4}, {0, 0}};
  EXPECT_EQ(corpus.answers(Split::training), wanted);
  EXPECT_EQ(corpus.answers(Split::validation), wanted);
  EXPECT_TRUE(corpus.contexts(Split::training).empty());
  const WindowContext& last = corpus.contexts(Split::validation).at(2);
  EXPECT_EQ(last.tokens, (text::TokenRange{3, 5}));
  EXPECT_EQ(last.offsets, (std::vector<text::Offset>{{19, 23}, {24, 27}}));
  EXPECT_EQ(corpus.epoch(), "1 questions in 3 windows");
  EXPECT_TRUE(
      has_text(corpus.summary(), "1 questions in 3 windows to learn from, 1 for validation"))
      << corpus.summary();
}

TEST_F(QuestionCorpusTest, QuestionsWithoutAnAnswerAskForTheirFirstToken) {
  LabelledOptions impossible = words();
  impossible.validation = {
      folder_
          .write("none.jsonl",
                 R"({"id": "q2", "question": "which", "context": "one two", "answers": []})"
                 "\n")
          .string()};
  const QuestionCorpus corpus(impossible);
  EXPECT_TRUE(corpus.has_impossible(Split::validation));
  EXPECT_FALSE(corpus.has_impossible(Split::test)) << "each part has rules of its own";
  EXPECT_EQ(corpus.answers(Split::validation), (std::vector<AnswerTokens>{{0, 0}}));
}

TEST_F(QuestionCorpusTest, QuestionsThatLeaveNoRoomAreNamed) {
  LabelledOptions narrow = words();
  narrow.max_length = 5;
  const auto message = error_message([&] { QuestionCorpus{narrow}; });
  EXPECT_TRUE(has_text(message, "train.jsonl: question 'q1'")) << message;
  EXPECT_TRUE(has_text(message, "it leaves 1")) << message;
}

TEST_F(QuestionCorpusTest, FingerprintsTellAnswersApart) {
  const std::string before = QuestionCorpus(words()).fingerprint();
  EXPECT_EQ(QuestionCorpus(words()).fingerprint(), before);
  LabelledOptions other = words();
  other.validation = {
      folder_
          .write("other.jsonl",
                 R"({"id": "q1", "question": "which", "context": "one two three four five six", )"
                 R"("answers": {"text": ["three four", "four"], "answer_start": [8, 14]}})"
                 "\n")
          .string()};
  EXPECT_NE(QuestionCorpus(other).fingerprint(), before) << "a further gold answer";
}

}  // namespace
}  // namespace roformer::labelled
