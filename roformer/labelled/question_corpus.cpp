#include "roformer/labelled/question_corpus.h"

#include <fmt/format.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/progress.h"
#include "roformer/unicode/utf8.h"

namespace roformer::labelled {
namespace {

using data::Split;

std::vector<std::string> texts_of(const QuestionText& text) {
  std::vector<std::string> texts = text.contexts;
  for (const Question& question : text.questions) texts.push_back(question.question);
  return texts;
}

AnswerTokens wanted_tokens(const Question& question, const text::PairWindow& window) {
  if (question.answers.empty()) return {};
  const Answer& answer = question.answers.front();
  const auto begin = static_cast<std::int32_t>(answer.character);
  return answer_tokens(window, {begin, begin + unicode::count_code_points(answer.text)});
}

WindowContext context_of(const text::PairWindow& window) {
  const auto& offsets = window.encoding.offsets;
  const auto at = [&](std::size_t token) {
    return offsets.begin() + static_cast<std::ptrdiff_t>(token);
  };
  return {window.second, {at(window.second.begin), at(window.second.end)}};
}

bool has_unanswered(const QuestionText& text) {
  return std::any_of(text.questions.begin(), text.questions.end(),
                     [](const Question& question) { return question.is_impossible; });
}

}  // namespace

QuestionCorpus::QuestionCorpus(const LabelledOptions& options)
    : EncodedCorpus(options, "questions") {
  base::require(options.use == LabelUse::questions,
                "[data] expected questions but got another use");
  Parts<QuestionText> parts = parts_of_files<QuestionText>(
      options, [](const auto& files) { return read_questions(files); });
  set_origin(parts.origin);
  find_tokenizer([&] { return texts_of(parts.of(Split::training)); });
  training_questions_ = std::ssize(parts.of(Split::training).questions);
  for (const Split split : all_parts) {
    has_impossible_[static_cast<std::size_t>(split)] = has_unanswered(parts.of(split));
    set_part(split, encode(split, parts.of(split)));
    if (split != Split::training)
      questions_[static_cast<std::size_t>(split)] = std::move(parts.of(split));
  }
}

EncodedPart QuestionCorpus::encode(Split split, const QuestionText& text) {
  const auto at = static_cast<std::size_t>(split);
  EncodedPart part;
  const auto add = [&](const Question& question, const text::PairWindow& window) {
    part.add_row(window.encoding);
    answers_[at].push_back(wanted_tokens(question, window));
    if (split == Split::training) {
      part.end_example();
    } else {
      contexts_[at].push_back(context_of(window));
    }
  };
  for (const Question& question : text.questions) {
    base::at_place(text.place(question), [&] {
      for (const text::PairWindow& window :
           question_windows(tokenizer(), question.question, text.context_of(question),
                            options().max_length, options().stride))
        add(question, window);
    });
    if (split != Split::training) part.end_example();
  }
  return part;
}

std::string QuestionCorpus::epoch() const {
  return fmt::format("{} questions in {} windows", base::format_count(training_questions_),
                     base::format_count(part(Split::training).num_rows()));
}

// Of held-out parts also the text, which figures are of.
std::uint64_t QuestionCorpus::hash_labels(Split split, std::uint64_t hash) const {
  for (const AnswerTokens& answer : answers(split))
    hash = base::hash_values(std::span<const std::int64_t>(std::array{answer.first, answer.last}),
                             hash);
  const QuestionText& text = questions(split);
  for (const std::string& context : text.contexts) hash = base::hash_bytes(context, hash);
  for (const Question& question : text.questions) {
    hash = base::hash_bytes(question.is_impossible ? "impossible" : "", hash);
    for (const Answer& answer : question.answers) hash = base::hash_bytes(answer.text, hash);
  }
  return hash;
}

}  // namespace roformer::labelled
