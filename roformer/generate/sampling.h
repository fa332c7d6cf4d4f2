// From logits to the next token. Meaning and order of the steps are those of transformers' logits
// processors: repetition penalty (Keskar et al. 2019), temperature, top-k (Fan et al. 2018), top-p
// (Holtzman et al. 2020). Random numbers are a function of seed and place (base/random.h).
#pragma once
#include <cstdint>
#include <span>

namespace roformer::generate {

struct SamplingOptions {
  double temperature = 1.0;         // logits are divided by it; 0: always the likeliest token
  std::int64_t top_k = 0;           // only the k likeliest tokens; 0: all
  double top_p = 1.0;               // only the likeliest ones that together have this probability
  double repetition_penalty = 1.0;  // of tokens that stood before; above 1 makes them less likely
};

/// Throws Error naming the option that is out of range.
void validate(const SamplingOptions& options);

/// Logits of the tokens in `ids`, once each: divided by `penalty` if positive, else multiplied.
void penalise_repetition(std::span<float> logits, std::span<const std::int64_t> ids,
                         double penalty);
/// Logits below the k-th largest become −∞.
void keep_top_k(std::span<float> logits, std::int64_t k);
/// The least likely tokens whose probabilities sum to at most 1 − p become −∞; the likeliest stays.
void keep_top_p(std::span<float> logits, double p);

/// The processed logits: what can be drawn is finite.
void process_logits(std::span<float> logits, std::span<const std::int64_t> ids,
                    const SamplingOptions& options);

/// The largest logit's token; of equal ones the first.
std::int64_t likeliest(std::span<const float> logits);
/// A token drawn by its softmax, for `uniform` of [0, 1).
std::int64_t draw(std::span<const float> logits, double uniform);

/// A uniform number of [0, 1) with 53 random bits, of draw `counter` of `seed`.
double uniform_number(std::uint64_t seed, std::uint64_t counter);

/// Processes the logits in place and takes token number `counter` of a sequence of `seed`. Throws
/// Error where NaN is among them, or the largest is not finite; it names `line` of the input, if
/// there is one.
std::int64_t next_token(std::span<float> logits, std::span<const std::int64_t> ids,
                        const SamplingOptions& options, std::uint64_t seed, std::uint64_t counter,
                        std::int64_t line = 0);

}  // namespace roformer::generate
