// The places in a block where something is dropped; each draws its own mask.
#pragma once
#include <cstdint>

#include "roformer/base/random.h"

namespace roformer::model {

/// Where in a block a mask is drawn; the numbers are part of every seed.
enum class DropoutSite : std::uint64_t {
  attention_weights = 1,
  attention_output = 2,
  output = 3,
  cross_attention_weights = 4,
  cross_attention_output = 5,
  position_embeddings = 6,
};

/// The seed of one place in a block.
inline std::uint64_t site_seed(std::uint64_t block_seed, DropoutSite site) {
  return base::derive(block_seed, static_cast<std::uint64_t>(site));
}

}  // namespace roformer::model
