// What may be chosen of beam search. No tensors here.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace roformer::generate {

/// When a sentence is done. full_beam: as soon as beam_size hypotheses are finished (fairseq;
/// transformers' early_stopping=True). bound: not before the best running beam, by its length so
/// far, is worse than each of beam_size finished ones (transformers' early_stopping=False).
enum class StoppingRule { full_beam, bound };

/// Scores are Σ log p / length^length_penalty, the end token counted in both, the start token in
/// neither (fairseq's sequence_generator.py; transformers counts alike).
struct BeamOptions {
  std::int64_t beam_size = 4;
  double length_penalty = 1.0;  // above 0 favours long hypotheses; 0: the sum alone
  std::int64_t n_best = 1;      // hypotheses to return, at most beam_size
  // Tokens of a hypothesis, the end token not counted. The most are the least of max_length and
  // max_length_factor · source tokens + max_length_extra (Vaswani et al. 2017, section 6.1: source
  // + 50) and of what a table of positions has room for; then the end token is the only choice.
  std::int64_t min_length = 0;
  std::int64_t max_length = 1024;
  double max_length_factor = 1.0;
  double max_length_extra = 50.0;
  std::int64_t no_repeat_ngram_size = 0;  // no hypothesis has the same n tokens twice; 0: it may
  // Tokens that no hypothesis has; the padding token and the start token are among them anyway,
  // unless one of them is the end token.
  std::vector<std::int64_t> suppressed = {};
  StoppingRule stopping = StoppingRule::full_beam;
  // Sentences that are decoded together at most: so many source tokens (or one sentence that has
  // more).
  std::int64_t batch_tokens = 2048;
  std::int64_t max_sentences = 64;
};

/// Throws Error naming the option that is out of range.
void validate(const BeamOptions& options);

/// The most tokens of a hypothesis, without its end token, for a source of so many tokens, its end
/// token not counted.
std::int64_t max_length_of(const BeamOptions& options, std::int64_t source_tokens);

/// Σ log p / length^length_penalty; `length` with the end token.
double score_of(double log_probability, std::int64_t length, const BeamOptions& options);

/// Tokens that would repeat the last n − 1 of `ids` and what followed them before.
std::vector<std::int64_t> repeating_tokens(std::span<const std::int64_t> ids, std::int64_t n);

}  // namespace roformer::generate
