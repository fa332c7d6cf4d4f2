// What counting alone achieves at filling masks, to put a model's accuracy in proportion: the most
// frequent token, and the token w that maximises P(w | left) P(w | right) / P(w), bigrams smoothed
// after Witten and Bell (1991).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace roformer::metric {

class NeighbourGuess {
 public:
  static constexpr std::int64_t unknown = -1;

  /// Ids are below `vocab_size`; `sep_id` is counted as what stands before and after each document.
  NeighbourGuess(std::int64_t vocab_size, std::int64_t sep_id);

  /// Counts one document. Call finish() after the last.
  void add(std::span<const std::int32_t> document);
  void finish();

  /// The most frequent token of all.
  std::int64_t most_frequent() const { return most_frequent_; }
  /// The likeliest token between two neighbours, either of which may be `unknown`.
  /// With one neighbour it is that one's likeliest companion, with none the most frequent token.
  std::int64_t guess(std::int64_t left, std::int64_t right) const;

 private:
  // Bigrams grouped by one of their tokens: companions of t are entries begin[t] … begin[t + 1],
  // ascending by token.
  struct Companions {
    std::vector<std::int64_t> begin;
    std::vector<std::int32_t> token;
    std::vector<std::int64_t> count;
  };
  struct Counted {
    std::uint64_t pair;  // left · 2^32 + right
    std::int64_t count;
  };
  struct Side;
  struct Best;
  void compact();
  Companions group_by(std::int64_t (*group_of)(std::uint64_t),
                      std::int64_t (*companion_of)(std::uint64_t)) const;
  double share(std::int64_t token) const;
  Side side(const Companions& companions, std::int64_t token) const;

  std::int64_t vocab_size_;
  std::int64_t sep_id_;
  std::vector<std::int64_t> frequency_;
  std::int64_t num_tokens_ = 0;
  std::int64_t most_frequent_ = 0;
  std::vector<std::uint64_t> fresh_;  // pairs not yet counted
  std::vector<Counted> counted_;      // ascending by pair
  Companions followers_;              // of a left neighbour
  Companions predecessors_;           // of a right neighbour
};

/// Right guesses at the masked positions of one batch.
struct GuessScore {
  std::int64_t count = 0;
  std::int64_t most_frequent = 0;  // right when always guessing the most frequent token
  std::int64_t neighbours = 0;     // right when guessing from both neighbours
};

/// Scores both guesses on packed sequences as the model sees them: tokens (N) after masking,
/// cu_seqlens (B + 1), masked_positions (M), labels (M). A neighbour that is [MASK], or the [CLS]
/// or [SEP] at a sequence's edge, is unknown.
GuessScore score_guesses(const NeighbourGuess& guess, std::span<const std::int64_t> tokens,
                         std::span<const std::int32_t> cu_seqlens,
                         std::span<const std::int64_t> masked_positions,
                         std::span<const std::int64_t> labels, std::int64_t mask_id);

}  // namespace roformer::metric
