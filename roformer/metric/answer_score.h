// Answers to questions (Rajpurkar et al. 2016, "SQuAD"; 2018, "Know What You Don't Know"), scored
// as by the official scripts evaluate-v1.1.py and evaluate-v2.0.py.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::metric {

/// The two scripts differ in what answers without a word are worth (score_answer).
enum class SquadVersion {
  v1_1,  // each question has an answer
  v2_0,  // some have none, and then an empty answer is right
};

/// The words that answers are compared by: in lower case, without ASCII punctuation ("co-op" is
/// "coop"), without a, an and the.
std::vector<std::string> answer_words(std::string_view answer);

/// What one answer is worth.
struct AnswerScore {
  double exact_match = 0;  // 1 where the words are a gold answer's, or else 0
  double f1 = 0;           // 0 … 1, of the words shared with a gold answer, whatever their order
};

/// The best exact match and the best F1 over the gold answers. 2.0 passes over gold answers without
/// a word; an answer without a word has F1 1 where no gold answer has one, or else 0. 1.1 gives F1
/// 0 to an answer without a word always. Throws Error for no gold answer in 1.1.
AnswerScore score_answer(std::string_view answer, std::span<const std::string> gold,
                         SquadVersion version);

/// Means over questions, 0 … 100.
struct AnswerMeans {
  double exact_match = 0;
  double f1 = 0;
  std::int64_t questions = 0;
};

/// Means over all questions, and over those of either kind.
struct AnswerReport {
  AnswerMeans all;
  std::optional<AnswerMeans> with_answer;     // the script's HasAns; none where there are none such
  std::optional<AnswerMeans> without_answer;  // its NoAns
};

/// Scores an answer to each question; `gold` has each question's answers, none where it has no
/// answer. Throws Error unless there are as many of both, and some, and as score_answer does.
AnswerReport answer_report(std::span<const std::string> answers,
                           std::span<const std::vector<std::string>> gold, SquadVersion version);

}  // namespace roformer::metric
