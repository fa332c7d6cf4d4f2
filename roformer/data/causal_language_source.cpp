#include "roformer/data/causal_language_source.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/data/batch_budget.h"

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
  const std::uint64_t order = base::derive(base::derive(seed_, base::SeedUse::order),
                                           static_cast<std::uint64_t>(request.stage_index));
  CausalBatch batch;
  for (const auto& drawn : draw_sequences(request, in_epoch, order))
    append(batch, Split::training, length, drawn.sequence);
  return batch;
}

std::vector<CausalBatch> CausalLanguageSource::held_out_batches(Split split, std::int64_t length,
                                                                std::int64_t batch_tokens,
                                                                std::int64_t max_sequences) const {
  const auto sequences = held_out_sample(num_sequences(length, split), max_sequences);
  const std::vector<std::int64_t> lengths(sequences.size(), length);
  std::vector<CausalBatch> batches;
  for (const auto& [begin, end] : cut_batches(lengths, {.tokens = batch_tokens})) {
    batches.emplace_back();
    for (std::size_t i = begin; i < end; ++i) append(batches.back(), split, length, sequences[i]);
  }
  return batches;
}

void CausalLanguageSource::append(CausalBatch& causal, Split split, std::int64_t length,
                                  std::int64_t sequence) const {
  const std::int64_t begin = sequence * length;
  const std::int64_t end = std::min(begin + length, stream_->size(split) - 1);
  std::vector<std::int64_t> ids;
  stream_->read(split, begin, end + 1, ids);
  causal.batch.append(std::span(ids).first(ids.size() - 1));
  causal.labels.insert(causal.labels.end(), ids.begin() + 1, ids.end());
}

}  // namespace roformer::data
