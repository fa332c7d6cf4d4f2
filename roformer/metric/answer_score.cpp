#include "roformer/metric/answer_score.h"

#include <algorithm>
#include <iterator>

#include "roformer/base/error.h"
#include "roformer/metric/score_words.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {
namespace {

using AnswerWords = std::vector<std::string>;

// Python's string.punctuation.
bool is_dropped_from_answers(char32_t code) {
  return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') ||
         (code >= '[' && code <= '`') || (code >= '{' && code <= '~');
}

// \w of Python's re but for "_", which is punctuation. Marks are none, so that "a" is a word of its
// own before an accent that stands apart.
bool is_letter_or_number(char32_t code) {
  const char category = unicode::major_category(code);
  return category == 'L' || category == 'N';
}

bool is_article(std::string_view run) {
  return run == "a" || run == "an" || run == "the";
}

// Appends a run of letters and numbers, or a space for an article, and empties the run.
void flush_run(std::string& run, std::string& text) {
  text += is_article(run) ? " " : run;
  run.clear();
}

// What is between articles may be no word: “the” leaves two quotation marks, apart.
std::string without_punctuation_and_articles(const std::string& answer) {
  std::string text, run;
  for (const char32_t code : unicode::to_code_points(answer)) {
    if (is_dropped_from_answers(code)) continue;
    if (is_letter_or_number(code)) {
      unicode::append_utf8(code, run);
      continue;
    }
    flush_run(run, text);
    unicode::append_utf8(code, text);
  }
  flush_run(run, text);
  return text;
}

std::size_t count_shared(AnswerWords a, AnswerWords b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  AnswerWords shared;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(shared));
  return shared.size();
}

double words_f1(const AnswerWords& answer, const AnswerWords& gold, SquadVersion version) {
  if (version == SquadVersion::v2_0 && (answer.empty() || gold.empty()))
    return answer == gold ? 1 : 0;
  const std::size_t shared = count_shared(answer, gold);
  if (shared == 0) return 0;
  return 2 * static_cast<double>(shared) / static_cast<double>(answer.size() + gold.size());
}

std::vector<AnswerWords> gold_words(std::span<const std::string> gold, SquadVersion version) {
  std::vector<AnswerWords> answers;
  for (const std::string& answer : gold) {
    AnswerWords words = answer_words(answer);
    if (version == SquadVersion::v1_1 || !words.empty()) answers.push_back(std::move(words));
  }
  if (version == SquadVersion::v2_0 && answers.empty()) answers.emplace_back();
  return answers;
}

// Sums of scores, until they are shared out.
void add_answer(AnswerMeans& sums, const AnswerScore& score) {
  sums.exact_match += score.exact_match;
  sums.f1 += score.f1;
  ++sums.questions;
}

std::optional<AnswerMeans> percentages(const AnswerMeans& sums) {
  if (sums.questions == 0) return std::nullopt;
  const auto questions = static_cast<double>(sums.questions);
  return AnswerMeans{100 * sums.exact_match / questions, 100 * sums.f1 / questions, sums.questions};
}

}  // namespace

std::vector<std::string> answer_words(std::string_view answer) {
  const std::string text = without_punctuation_and_articles(lower_case(answer));
  const auto words = split_words(text);
  return {words.begin(), words.end()};
}

AnswerScore score_answer(std::string_view answer, std::span<const std::string> gold,
                         SquadVersion version) {
  base::require(version == SquadVersion::v2_0 || !gold.empty(),
                "[metric] expected an answer to each question, as SQuAD 1.1 has it, but got none");
  const AnswerWords words = answer_words(answer);
  AnswerScore best;
  for (const AnswerWords& wanted : gold_words(gold, version)) {
    best.exact_match = std::max(best.exact_match, words == wanted ? 1.0 : 0.0);
    best.f1 = std::max(best.f1, words_f1(words, wanted, version));
  }
  return best;
}

AnswerReport answer_report(std::span<const std::string> answers,
                           std::span<const std::vector<std::string>> gold, SquadVersion version) {
  base::require(!gold.empty() && gold.size() == answers.size(),
                "[metric] expected an answer to each question, and some, but got {} to {}",
                answers.size(), gold.size());
  AnswerMeans all, with_answer, without_answer;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    const AnswerScore score = score_answer(answers[i], gold[i], version);
    add_answer(all, score);
    add_answer(gold[i].empty() ? without_answer : with_answer, score);
  }
  return {percentages(all).value(), percentages(with_answer), percentages(without_answer)};
}

}  // namespace roformer::metric
