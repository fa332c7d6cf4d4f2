// Batches whose sequences may have no token: a line without any, a prompt that rests in a pass.
#pragma once
#include "roformer/data/token_batch.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::packed {

/// `from_tokens` for callers that know what an empty sequence means, in any place of the batch.
/// Throws Error as it does for all else.
PackedBatch from_tokens_with_empty(const data::TokenBatch& batch);

}  // namespace roformer::packed
