#include "roformer/labelled/questions.h"

#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

std::string squad(const std::string& questions,
                  const std::string& context = "Die Brücke 😀 führt nach Köln.") {
  return R"({"version": "v2.0", "data": [{"title": "Brücken", "paragraphs": [{"context": ")" +
         context + R"(", "qas": [)" + questions + "]}]}]}";
}

const std::string kOne =
    R"({"id": "q1", "question": "Wohin?", "answers": [{"text": "Köln", "answer_start": 24}]})";

std::string question_error(const std::string& content, bool need_answers = true) {
  const tests::TestFolder folder;
  const auto file = folder.write("f.json", content);
  std::string message = tests::error_message([&] { read_questions({file}, need_answers); });
  const std::string path = file.string();
  if (const auto at = message.find(path); at != message.npos) message.replace(at, path.size(), "f");
  return message;
}

TEST(LabelledQuestions, SquadWithPlacesInCharacters) {
  const tests::TestFolder folder;
  const std::string impossible =
      R"({"id": "q2", "question": "Wer?", "is_impossible": true, "answers": [],
          "plausible_answers": [{"text": "Die", "answer_start": 0}]})";
  const auto file = folder.write("f.json", squad(kOne + ", " + impossible));
  const QuestionText text = read_questions({file});
  ASSERT_EQ(text.questions.size(), 2u);
  ASSERT_EQ(text.contexts.size(), 1u);
  const Question& one = text.questions[0];
  EXPECT_EQ(one.id, "q1");
  EXPECT_EQ(one.title, "Brücken");
  EXPECT_EQ(one.question, "Wohin?");
  EXPECT_FALSE(one.is_impossible);
  ASSERT_EQ(one.answers.size(), 1u);
  EXPECT_EQ(one.answers[0].character, 24);
  EXPECT_EQ(
      text.context_of(one).substr(one.answers[0].begin, one.answers[0].end - one.answers[0].begin),
      "Köln");
  EXPECT_TRUE(text.questions[1].is_impossible);
  EXPECT_TRUE(text.questions[1].answers.empty());
}

TEST(LabelledQuestions, OneALine) {
  const tests::TestFolder folder;
  const std::string line =
      R"({"id": "a", "context": "x y", "question": "?", "answers": {"text": ["y", "x"], "answer_start": [2, 0]}})";
  const std::string none =
      R"({"id": "b", "title": "T", "context": "x y", "question": "?", "answers": {"text": [], "answer_start": []}})";
  const auto file = folder.write("f.jsonl", line + "\r\n" + none + "\n\n");
  const QuestionText text = read_questions({file, folder.write("g.json", squad(kOne))});
  ASSERT_EQ(text.questions.size(), 3u);
  EXPECT_EQ(text.contexts.size(), 2u);
  EXPECT_EQ(text.questions[0].answers[0].begin, 2u);
  EXPECT_EQ(text.questions[0].answers[1].text, "x");
  EXPECT_EQ(text.questions[1].title, "T");
  EXPECT_TRUE(text.questions[1].is_impossible);
  EXPECT_EQ(text.context_of(text.questions[2]).substr(0, 3), "Die");
}

std::string with_answer(const std::string& text, const std::string& start) {
  return squad(R"({"id": "q7", "question": "?", "answers": [{"text": )" + text +
                   R"(, "answer_start": )" + start + "}]}",
               "näher");
}

TEST(LabelledQuestions, AnswersThatAreNotThere) {
  const std::string place = "[labelled] f: question 'q7': expected ";
  EXPECT_EQ(question_error(with_answer("\"her\"", "2")), "no error");
  EXPECT_EQ(question_error(with_answer("\"her\"", "1")),
            place + "the answer 'her' at character 1 but its context has 'äh' there");
  EXPECT_EQ(question_error(with_answer("\"her\"", "3")),
            place + "the answer 'her' at character 3 but its context has 5 characters");
  for (const char* outside : {"-1", "6", "99999999999", "18446744073709551615"})
    EXPECT_TRUE(tests::has_text(question_error(with_answer("\"r\"", outside)),
                                "its context has 5 characters"))
        << outside;
  EXPECT_EQ(question_error(with_answer("\"\"", "0")), place + "an answer but got an empty one");
  EXPECT_EQ(question_error(with_answer("\"r\"", "4.0")),
            place + "a whole number under 'answer_start' but got number");
  EXPECT_EQ(question_error(with_answer("7", "4")), place + "text under 'text' but got number");
}

TEST(LabelledQuestions, QuestionsThatAreNotWhole) {
  const auto of = [](const std::string& question) { return question_error(squad(question)); };
  EXPECT_EQ(of(kOne + ", " + kOne),
            "[labelled] f: question 'q1': expected each question's id once but got it twice");
  EXPECT_EQ(of(R"({"question": "?"})"),
            "[labelled] f: data[0].paragraphs[0]: expected the key 'id' but got none");
  EXPECT_EQ(of("3"),
            "[labelled] f: data[0].paragraphs[0]: expected an object with 'id' but got number");
  EXPECT_EQ(of(R"({"id": "x", "answers": []})"),
            "[labelled] f: question 'x': expected the key 'question' but got none");
  EXPECT_EQ(of(R"({"id": "x", "question": " ", "answers": []})"),
            "[labelled] f: question 'x': expected text under 'question' but got an empty one");
  EXPECT_EQ(of(R"({"id": "x", "question": "?"})"),
            "[labelled] f: question 'x': expected the key 'answers' but got none");
  EXPECT_EQ(of(R"({"id": "x", "question": "?", "is_impossible": false, "answers": []})"),
            "[labelled] f: question 'x': expected an answer but got 0 of them");
  EXPECT_EQ(of(R"({"id": "x", "question": "?", "is_impossible": true,
                   "answers": [{"text": "Die", "answer_start": 0}]})"),
            "[labelled] f: question 'x': expected no answers, since it is_impossible, but got 1 of "
            "them");
  EXPECT_EQ(of(R"({"id": "x", "question": "?", "is_impossible": 1, "answers": []})"),
            "[labelled] f: question 'x': expected true or false under 'is_impossible' but got "
            "number");
  EXPECT_EQ(of(R"({"id": "x", "question": "?", "answers": "Die"})"),
            "[labelled] f: question 'x': expected a list under 'answers' but got string");
  EXPECT_EQ(question_error(squad(R"({"id": "x", "question": "?"})"), false), "no error");
}

TEST(LabelledQuestions, FilesThatAreNone) {
  EXPECT_EQ(question_error(""), "[labelled] f:1: expected questions but got an empty file");
  EXPECT_EQ(question_error("{\n}"), "[labelled] f: expected the key 'data' but got none");
  EXPECT_EQ(question_error("[]"), "[labelled] f: expected an object with 'data' but got array");
  EXPECT_EQ(question_error("{\"data\": 1}"),
            "[labelled] f: expected a list under 'data' but got number");
  EXPECT_EQ(question_error("{\"data\": [{}]}"),
            "[labelled] f: data[0]: expected the key 'paragraphs' but got none");
  EXPECT_TRUE(question_error("{\n\"data\"").starts_with("[base] f: expected JSON but got"));
  const std::string line = R"({"id": "a", "context": "x", "question": "?", "answers": []})";
  EXPECT_EQ(question_error(line + "\n\n" + line),
            "[labelled] f:2: expected a JSON object but got an empty line");
  EXPECT_EQ(question_error(line + "\n" + line),
            "[labelled] f:2: question 'a': expected each question's id once but got it twice");
  EXPECT_EQ(question_error(line + "\n[]"),
            "[labelled] f:2: expected an object with 'context' but got array");
  EXPECT_EQ(question_error(R"({"id": "a", "context": "\u0000x", "question": "?"})"),
            "[labelled] f:1: expected text under 'context' but got a NUL (\\u0000) in it");
}

TEST(LabelledQuestions, DamagedFilesAreReadOrRefused) {
  const auto read = [](const std::filesystem::path& file) { read_questions({file}); };
  tests::expect_read_or_refused("d.json", squad(kOne), read);
  std::string lines;
  for (int i = 0; i < 5; ++i)
    lines +=
        R"({"id": ")" + std::to_string(i) +
        R"(", "context": "x ü y", "question": "?", "answers": [{"text": "y", "answer_start": 4}]})"
        "\n";
  tests::expect_read_or_refused("d.jsonl", lines, read);
}

}  // namespace
}  // namespace roformer::labelled
