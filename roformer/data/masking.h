// BERT's masking of one sequence, as a pure function of a seed.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/data/data_options.h"

namespace roformer::data {

/// The ids that masking must know.
struct MaskingVocabulary {
  std::int64_t vocab_size = 0;
  std::int64_t mask_id = 0;
  std::vector<bool> special;  // (vocab_size): never masked, never drawn as a random replacement
};

struct MaskedTokens {
  std::vector<std::int64_t> positions;  // ascending
  std::vector<std::int64_t> labels;     // what stood there
};

/// Masks `tokens` in place: round(share · n) of its n ordinary tokens, at least one if there is
/// any.
MaskedTokens mask_tokens(std::span<std::int64_t> tokens, const MaskingOptions& options,
                         const MaskingVocabulary& vocabulary, std::uint64_t seed);

}  // namespace roformer::data
