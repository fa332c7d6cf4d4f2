#include "roformer/generate/beam_options.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::generate {

void validate(const BeamOptions& options) {
  base::require(options.beam_size >= 1 && options.beam_size <= 1024,
                "[generate] expected a beam_size of 1 to 1024 but got {}", options.beam_size);
  base::require(options.n_best >= 1 && options.n_best <= options.beam_size,
                "[generate] expected n_best of 1 to the beam_size, {}, but got {}",
                options.beam_size, options.n_best);
  base::require(std::isfinite(options.length_penalty),
                "[generate] expected a finite length_penalty but got {}", options.length_penalty);
  base::require(options.min_length >= 0 && options.max_length >= 0,
                "[generate] expected min_length and max_length of 0 or more but got {} and {}",
                options.min_length, options.max_length);
  base::require(
      std::isfinite(options.max_length_factor) && options.max_length_factor >= 0 &&
          std::isfinite(options.max_length_extra),
      "[generate] expected a finite max_length_factor of 0 or more and a finite max_length_extra "
      "but got {} and {}",
      options.max_length_factor, options.max_length_extra);
  base::require(options.no_repeat_ngram_size >= 0,
                "[generate] expected no_repeat_ngram_size of 0 (off) or more but got {}",
                options.no_repeat_ngram_size);
  base::require(options.batch_tokens >= 1 && options.max_sentences >= 1,
                "[generate] expected batch_tokens and max_sentences of 1 or more but got {} and {}",
                options.batch_tokens, options.max_sentences);
}

std::int64_t max_length_of(const BeamOptions& options, std::int64_t source_tokens) {
  const double relative =
      options.max_length_factor * static_cast<double>(source_tokens) + options.max_length_extra;
  if (relative >= static_cast<double>(options.max_length)) return options.max_length;
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(relative)));
}

double score_of(double log_probability, std::int64_t length, const BeamOptions& options) {
  return log_probability / std::pow(static_cast<double>(length), options.length_penalty);
}

std::vector<std::int64_t> repeating_tokens(std::span<const std::int64_t> ids, std::int64_t n) {
  std::vector<std::int64_t> tokens;
  const std::int64_t known = n - 1;
  if (n <= 0 || std::ssize(ids) < n) return tokens;
  const auto last = ids.last(static_cast<std::size_t>(known));
  for (std::int64_t i = 0; i + known < std::ssize(ids); ++i) {
    const auto here = ids.subspan(static_cast<std::size_t>(i));
    if (std::equal(last.begin(), last.end(), here.begin()))
      tokens.push_back(here[static_cast<std::size_t>(known)]);
  }
  return tokens;
}

}  // namespace roformer::generate
