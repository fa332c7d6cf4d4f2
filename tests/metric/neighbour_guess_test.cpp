#include "roformer/metric/neighbour_guess.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::metric {
namespace {

constexpr std::int32_t guess_sep = 0;
using Document = std::vector<std::int32_t>;

NeighbourGuess counted(const std::vector<Document>& documents, std::int64_t vocab_size) {
  NeighbourGuess guess(vocab_size, guess_sep);
  for (const auto& document : documents) guess.add(document);
  guess.finish();
  return guess;
}

// The definition, word by word: argmax over all words of P(w | l) P(w | r) / P(w).
std::int64_t guess_by_definition(const std::vector<Document>& documents, std::int64_t vocab_size,
                                 std::int64_t left, std::int64_t right) {
  std::map<std::int64_t, double> frequency, after_left, before_right;
  double tokens = 0;
  for (const auto& document : documents) {
    for (std::size_t i = 0; i < document.size(); ++i) {
      const std::int64_t before = i == 0 ? guess_sep : document[i - 1];
      const std::int64_t after = i + 1 == document.size() ? guess_sep : document[i + 1];
      ++frequency[document[i]];
      ++tokens;
      if (before == left) ++after_left[document[i]];
      if (after == right) ++before_right[document[i]];
      if (i + 1 == document.size() && document[i] == left) ++after_left[guess_sep];
      if (i == 0 && document[i] == right) ++before_right[guess_sep];
    }
  }
  const auto smoothed = [&](std::map<std::int64_t, double>& counts, std::int64_t word,
                            double share) {
    if (counts.empty()) return share;
    double total = 0;
    for (const auto& [w, count] : counts) total += count;
    const auto kinds = static_cast<double>(counts.size());
    const double seen = counts.contains(word) ? counts[word] : 0;
    return (seen + kinds * share) / (total + kinds);
  };
  std::int64_t best = -1;
  double best_score = -1;
  for (std::int64_t word = 0; word < vocab_size; ++word) {
    if (!frequency.contains(word)) continue;
    const double share = frequency[word] / tokens;
    const double score =
        smoothed(after_left, word, share) * smoothed(before_right, word, share) / share;
    if (score > best_score * (1 + 1e-12)) {
      best = word;
      best_score = score;
    }
  }
  return best;
}

TEST(NeighbourGuessTest, EqualsItsDefinition) {
  constexpr std::int64_t vocab_size = 12;
  std::vector<Document> documents;
  for (std::uint64_t d = 0; d < 30; ++d) {
    Document document(1 + base::uniform_below(1, d, 12));
    std::int32_t state = 1;
    for (std::size_t i = 0; i < document.size(); ++i) {
      // Words depend on the one before, so that neighbours tell something.
      state = 1 + static_cast<std::int32_t>(
                      (static_cast<std::uint64_t>(state) * 3 + base::uniform_below(d, i, 4)) % 10);
      document[i] = state;
    }
    documents.push_back(document);
  }
  const auto guess = counted(documents, vocab_size);
  std::set<std::int64_t> answers;
  for (std::int64_t left = -1; left < vocab_size; ++left) {
    for (std::int64_t right = -1; right < vocab_size; ++right) {
      EXPECT_EQ(guess.guess(left, right), guess_by_definition(documents, vocab_size, left, right))
          << left << ' ' << right;
      answers.insert(guess.guess(left, right));
    }
  }
  EXPECT_GT(answers.size(), 4u);
}

TEST(NeighbourGuessTest, OneNeighbourOrNone) {
  const auto guess = counted({{1, 2, 3}, {1, 2, 4}, {5, 5, 5, 5}}, 8);
  EXPECT_EQ(guess.most_frequent(), 5);
  EXPECT_EQ(guess.guess(NeighbourGuess::unknown, NeighbourGuess::unknown), 5);
  EXPECT_EQ(guess.guess(1, NeighbourGuess::unknown), 2);
  EXPECT_EQ(guess.guess(NeighbourGuess::unknown, 2), 1);
  EXPECT_EQ(guess.guess(1, 4), 2);
  EXPECT_EQ(guess.guess(7, 6), 5);  // words never seen say nothing
  EXPECT_EQ(guess.guess(guess_sep, 2), 1);
}

TEST(NeighbourGuessTest, ManyTokensAreCountedInParts) {
  NeighbourGuess guess(4, guess_sep);
  Document document(1 << 20);
  for (std::size_t i = 0; i < document.size(); ++i)
    document[i] = i % 3 == 2 ? 2 : 1;  // 1 1 2 1 1 2 …
  for (int i = 0; i < 10; ++i) guess.add(document);
  guess.finish();
  EXPECT_EQ(guess.guess(2, 2), 1);
  EXPECT_EQ(guess.guess(1, 1), 2);
  EXPECT_EQ(guess.most_frequent(), 1);
}

TEST(NeighbourGuessTest, Errors) {
  EXPECT_THROW(NeighbourGuess(4, 4), Error);
  NeighbourGuess guess(4, guess_sep);
  EXPECT_THROW(guess.guess(1, 1), Error);
  EXPECT_THROW(guess.finish(), Error);
  EXPECT_THROW(guess.add(Document{4}), Error);
}

TEST(ScoreGuesses, SeesWhatTheModelSees) {
  constexpr std::int64_t cls = 6, mask = 7;
  const auto guess = counted({{1, 2, 3}, {1, 2, 3}, {4, 4, 4, 4, 4, 4, 4}}, 8);
  // [CLS] 1 [MASK] 3 [SEP]: 2 from both. [CLS] [MASK] [MASK] 3 [SEP]: a masked neighbour and [CLS]
  // are unknown.
  const std::vector<std::int64_t> tokens = {cls, 1,    mask, 3, guess_sep,
                                            cls, mask, mask, 3, guess_sep};
  const std::vector<std::int32_t> cu_seqlens = {0, 5, 10};
  const std::vector<std::int64_t> positions = {2, 6, 7}, labels = {2, 4, 2};
  const auto score = score_guesses(guess, tokens, cu_seqlens, positions, labels, mask);
  EXPECT_EQ(score.count, 3);
  EXPECT_EQ(score.most_frequent, 1);
  EXPECT_EQ(score.neighbours, 3);
  EXPECT_THROW(score_guesses(guess, tokens, cu_seqlens, std::vector<std::int64_t>{10},
                             std::vector<std::int64_t>{1}, mask),
               Error);
}

}  // namespace
}  // namespace roformer::metric
