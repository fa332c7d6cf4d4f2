#include "roformer/data/masking.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::data {
namespace {

// Uses of one sequence's seed.
enum MaskingStream : std::uint64_t { choice, treatment, replacement };

// An ordinary token; a few of the vocabulary are special, so a few draws find one.
std::int64_t random_token(const MaskingVocabulary& vocabulary, std::uint64_t seed) {
  constexpr std::uint64_t most_draws = 1000;
  for (std::uint64_t draw = 0; draw < most_draws; ++draw) {
    const auto token =
        base::uniform_below(seed, draw, static_cast<std::uint64_t>(vocabulary.vocab_size));
    if (!vocabulary.special[token]) return static_cast<std::int64_t>(token);
  }
  base::fail(
      "[data] expected a vocabulary with ordinary tokens but nearly all of its {} are special",
      vocabulary.vocab_size);
}

// Which ordinary tokens to mask: the first draws of a Fisher-Yates shuffle, in ascending order.
std::vector<std::int64_t> choose_positions(std::span<const std::int64_t> tokens, double share,
                                           const MaskingVocabulary& vocabulary,
                                           std::uint64_t seed) {
  std::vector<std::int64_t> ordinary;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!vocabulary.special[static_cast<std::size_t>(tokens[i])])
      ordinary.push_back(static_cast<std::int64_t>(i));
  }
  if (ordinary.empty()) return ordinary;
  const auto rounded =
      static_cast<std::size_t>(std::llround(share * static_cast<double>(ordinary.size())));
  const std::size_t count = std::clamp<std::size_t>(rounded, 1, ordinary.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(ordinary[i], ordinary[i + base::uniform_below(seed, i, ordinary.size() - i)]);
  }
  ordinary.resize(count);
  std::sort(ordinary.begin(), ordinary.end());
  return ordinary;
}

}  // namespace

MaskedTokens mask_tokens(std::span<std::int64_t> tokens, const MaskingOptions& options,
                         const MaskingVocabulary& vocabulary, std::uint64_t seed) {
  for (const std::int64_t token : tokens) {
    base::require(token >= 0 && token < vocabulary.vocab_size,
                  "[data] expected ids below {} but got {}", vocabulary.vocab_size, token);
  }
  MaskedTokens masked;
  masked.positions =
      choose_positions(tokens, options.share, vocabulary, base::derive(seed, choice));
  masked.labels.reserve(masked.positions.size());
  const std::uint64_t treatment_seed = base::derive(seed, treatment);
  const std::uint64_t replacement_seed = base::derive(seed, replacement);
  for (std::size_t i = 0; i < masked.positions.size(); ++i) {
    std::int64_t& token = tokens[static_cast<std::size_t>(masked.positions[i])];
    masked.labels.push_back(token);
    const double draw = base::uniform(treatment_seed, i);
    if (draw < options.mask_share) {
      token = vocabulary.mask_id;
    } else if (draw < options.mask_share + options.random_share) {
      token = random_token(vocabulary, base::derive(replacement_seed, i));
    }
  }
  return masked;
}

}  // namespace roformer::data
