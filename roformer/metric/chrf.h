// chrF of a corpus (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation") and
// chrF++ (Popović 2017), equal to sacrebleu under the same signature.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace roformer::metric {

/// The longest n-grams of characters and of words that chrF may count.
constexpr int kMaxChrfCharacterOrder = 6;
/// The same of words.
constexpr int kMaxChrfWordOrder = 2;

struct ChrfOptions {
  int character_order = 6;  // 1 … 6; white space is left out
  int word_order = 0;       // 0 … 2; with 2 it is chrF++
  int beta = 2;             // recall weighs beta² times as much as precision
  bool lowercase = false;
};

/// What chrF needs to know of a sentence, or of any number of them: by order, those of characters
/// first. Orders beyond the options' stay 0.
struct ChrfStatistics {
  static constexpr std::size_t kOrders = kMaxChrfCharacterOrder + kMaxChrfWordOrder;
  std::array<std::int64_t, kOrders> hypothesis = {};  // n-grams of the hypothesis, where the
                                                      // reference has any
  std::array<std::int64_t, kOrders> reference = {};
  std::array<std::int64_t, kOrders> matches = {};

  /// Adds the counts of another sentence.
  ChrfStatistics& operator+=(const ChrfStatistics& other);
  bool operator==(const ChrfStatistics&) const = default;
};

/// Statistics of one sentence against the reference that gives it the best score, of at least one.
/// Throws Error for orders out of range.
ChrfStatistics chrf_statistics(std::string_view hypothesis,
                               std::span<const std::string_view> references,
                               const ChrfOptions& options);

/// The score of sums of statistics, 0 … 100: F of the mean precision and the mean recall over the
/// orders of which both sides have n-grams.
double chrf_score(const ChrfStatistics& statistics, const ChrfOptions& options);

/// "chrF2", "chrF2++".
std::string chrf_name(const ChrfOptions& options);

/// "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0".
std::string chrf_signature(const ChrfOptions& options, std::size_t num_references);

}  // namespace roformer::metric
