// Beam search of one sentence: which beams run, which hypotheses are finished, when it is done. It
// knows neither models nor tensors: it is told the best continuations of its beams.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "roformer/generate/beam_options.h"

namespace roformer::generate {

/// A translation, without its end token.
struct Hypothesis {
  std::vector<std::int64_t> ids;
  double score = 0;            // log_probability / length^length_penalty
  double log_probability = 0;  // of all tokens, the end token with them
};

/// A target under way.
struct Beam {
  std::vector<std::int64_t> ids;
  double log_probability = 0;
};

/// A beam with one more token.
struct Candidate {
  std::int64_t beam = 0;
  std::int64_t token = 0;
  double log_probability = 0;  // of the beam and the token
};

/// Which tokens a beam may go on with.
struct Choice {
  std::optional<std::int64_t> only;    // this one
  std::vector<std::int64_t> excluded;  // or any but these
};

/// The search of one sentence from its first token to its n best hypotheses, step by step: choice()
/// says what each running beam may take, advance() takes what the models found.
class SentenceBeams {
 public:
  /// `max_length` for this sentence (max_length_of), which begins with `prefix`; the options must
  /// outlive this.
  SentenceBeams(const BeamOptions& options, std::int64_t end_token, std::int64_t max_length,
                std::vector<std::int64_t> prefix = {});

  /// One beam at first and while the prefix lasts, then at most beam_size; best first.
  const std::vector<Beam>& running() const { return running_; }
  /// What running beam `beam` may go on with.
  Choice choice(std::size_t beam) const;
  /// Continuations of the running beams, of each the 2 · beam_size best (or all there are), in any
  /// order. Returns, for each beam that runs on, which of the beams before it continues; none: the
  /// sentence is done.
  std::vector<std::int64_t> advance(std::vector<Candidate> candidates);
  /// The n_best finished hypotheses, best first.
  std::vector<Hypothesis> best() const;

 private:
  void finish(const Candidate& candidate);
  bool is_done() const;

  const BeamOptions* options_;
  std::int64_t end_token_, max_length_;
  std::vector<std::int64_t> prefix_;
  std::vector<Beam> running_ = {Beam{}};
  std::vector<Hypothesis> finished_;  // best first, at most beam_size
  std::int64_t length_ = 0;           // tokens of each running beam
};

}  // namespace roformer::generate
