#include "roformer/data/causal_language_source.h"

#include <algorithm>
#include <numeric>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::data {

std::int64_t CausalLanguageSource::num_sequences(std::int64_t length, Split split) const {
  base::require(length >= 1, "[data] expected sequences of 1 or more tokens but got {}", length);
  const std::int64_t targets = std::max<std::int64_t>(0, stream_->size(split) - 1);
  return (targets + length - 1) / length;
}

CausalBatch CausalLanguageSource::batch(const BatchRequest& request) const {
  const std::int64_t length = request.stage.length, in_epoch = num_sequences(length);
  base::require(in_epoch > 0, "[data] expected a text of two or more tokens but got {}",
                stream_->size(Split::training));
  const std::uint64_t order = base::derive(seed_, static_cast<std::uint64_t>(request.stage_index));
  CausalBatch batch;
  for (const auto& drawn : draw_sequences(request, in_epoch, order))
    append(batch, Split::training, length, drawn.sequence);
  return batch;
}

std::vector<CausalBatch> CausalLanguageSource::held_out_batches(Split split, std::int64_t length,
                                                                std::int64_t batch_tokens,
                                                                std::int64_t max_sequences) const {
  std::vector<CausalBatch> batches;
  for (const std::int64_t sequence : held_out_sample(num_sequences(length, split), max_sequences)) {
    const bool full =
        !batches.empty() &&
        static_cast<std::int64_t>(batches.back().labels.size()) + length > batch_tokens;
    if (batches.empty() || full) batches.emplace_back();
    append(batches.back(), split, length, sequence);
  }
  return batches;
}

void CausalLanguageSource::append(CausalBatch& causal, Split split, std::int64_t length,
                                  std::int64_t sequence) const {
  const std::int64_t begin = sequence * length;
  const std::int64_t end = std::min(begin + length, stream_->size(split) - 1);
  TokenBatch& batch = causal.batch;
  std::vector<std::int64_t> ids;
  stream_->read(split, begin, end + 1, ids);
  batch.tokens.insert(batch.tokens.end(), ids.begin(), ids.end() - 1);
  causal.labels.insert(causal.labels.end(), ids.begin() + 1, ids.end());
  batch.cu_seqlens.push_back(static_cast<std::int32_t>(batch.tokens.size()));
  batch.position_ids.resize(batch.tokens.size());
  std::iota(batch.position_ids.end() - (end - begin), batch.position_ids.end(), std::int64_t{0});
  batch.segment_ids.resize(batch.tokens.size(), 0);
}

}  // namespace roformer::data
