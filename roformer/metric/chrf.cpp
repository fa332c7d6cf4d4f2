#include "roformer/metric/chrf.h"

#include <fmt/format.h>

#include <vector>

#include "roformer/base/error.h"
#include "roformer/metric/bleu.h"
#include "roformer/metric/ngram_matches.h"
#include "roformer/metric/score_words.h"

namespace roformer::metric {
namespace {

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

bool is_one_character(std::string_view word) {
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  std::size_t size = 1;
  while (size < word.size() && continues(word[size])) ++size;
  return size == word.size();
}

// Words of chrF++: one mark is cut from the end of a word, or else from its beginning.
std::vector<std::string_view> words_without_marks(std::string_view line) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split_words(line)) {
    std::size_t first = word.size();  // bytes before the cut
    if (is_one_character(word)) {
      // whatever it is
    } else if (is_ascii_punctuation(word.back())) {
      first = word.size() - 1;
    } else if (is_ascii_punctuation(word.front())) {
      first = 1;
    }
    words.push_back(word.substr(0, first));
    if (first < word.size()) words.push_back(word.substr(first));
  }
  return words;
}

// A line as chrF counts it; `numbers` is shared by the lines that are compared.
struct ChrfText {
  ChrfText(std::string_view line, const ChrfOptions& options, WordNumbers& numbers)
      : characters(solid_characters(line)) {
    if (options.word_order > 0) words = numbers(words_without_marks(line));
  }
  Symbols characters, words;
};

void count_orders(const Symbols& hypothesis, const Symbols& reference, int max_order,
                  std::size_t first, ChrfStatistics& statistics) {
  const auto matches = count_matches(hypothesis, {&reference, 1}, max_order);
  for (int n = 1; n <= max_order; ++n) {
    const std::size_t at = first + static_cast<std::size_t>(n - 1);
    statistics.reference[at] = count_ngrams(reference.size(), n);
    if (statistics.reference[at] > 0)
      statistics.hypothesis[at] = count_ngrams(hypothesis.size(), n);
    statistics.matches[at] = matches[static_cast<std::size_t>(n - 1)];
  }
}

ChrfStatistics compare(const ChrfText& hypothesis, const ChrfText& reference,
                       const ChrfOptions& options) {
  ChrfStatistics statistics;
  count_orders(hypothesis.characters, reference.characters, options.character_order, 0, statistics);
  count_orders(hypothesis.words, reference.words, options.word_order, kMaxChrfCharacterOrder,
               statistics);
  return statistics;
}

void require_orders(const ChrfOptions& options) {
  base::require(
      options.character_order >= 1 && options.character_order <= kMaxChrfCharacterOrder &&
          options.word_order >= 0 && options.word_order <= kMaxChrfWordOrder && options.beta >= 1,
      "[metric] expected 1 to {} characters, 0 to {} words and beta from 1 for chrF but got {}, {} "
      "and {}",
      kMaxChrfCharacterOrder, kMaxChrfWordOrder, options.character_order, options.word_order,
      options.beta);
}

}  // namespace

ChrfStatistics& ChrfStatistics::operator+=(const ChrfStatistics& other) {
  for (std::size_t i = 0; i < kOrders; ++i) {
    hypothesis[i] += other.hypothesis[i];
    reference[i] += other.reference[i];
    matches[i] += other.matches[i];
  }
  return *this;
}

ChrfStatistics chrf_statistics(std::string_view hypothesis,
                               std::span<const std::string_view> references,
                               const ChrfOptions& options) {
  require_orders(options);
  base::require(!references.empty(), "[metric] expected a reference for chrF but got none");
  std::vector<std::string> lines = {std::string(hypothesis)};
  lines.insert(lines.end(), references.begin(), references.end());
  if (options.lowercase) {
    for (std::string& line : lines) line = lower_case(line);
  }
  WordNumbers numbers;
  const ChrfText ours(lines[0], options, numbers);
  ChrfStatistics best;
  double best_score = -1;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const ChrfStatistics statistics = compare(ours, ChrfText(lines[i], options, numbers), options);
    const double score = chrf_score(statistics, options);
    if (score <= best_score) continue;
    best_score = score;
    best = statistics;
  }
  return best;
}

double chrf_score(const ChrfStatistics& statistics, const ChrfOptions& options) {
  double precision = 0, recall = 0;
  int orders = 0;
  for (std::size_t i = 0; i < ChrfStatistics::kOrders; ++i) {
    if (statistics.hypothesis[i] == 0 || statistics.reference[i] == 0) continue;
    const auto matches = static_cast<double>(statistics.matches[i]);
    precision += matches / static_cast<double>(statistics.hypothesis[i]);
    recall += matches / static_cast<double>(statistics.reference[i]);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  const double weight = static_cast<double>(options.beta) * options.beta;
  return 100 * (1 + weight) * precision * recall / (weight * precision + recall);
}

std::string chrf_name(const ChrfOptions& options) {
  return fmt::format("chrF{}{}", options.beta,
                     std::string(static_cast<std::size_t>(options.word_order), '+'));
}

std::string chrf_signature(const ChrfOptions& options, std::size_t num_references) {
  return fmt::format("nrefs:{}|case:{}|eff:yes|nc:{}|nw:{}|space:no|version:{}", num_references,
                     options.lowercase ? "lc" : "mixed", options.character_order,
                     options.word_order, kSacrebleuVersion);
}

}  // namespace roformer::metric
