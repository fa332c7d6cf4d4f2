#include "roformer/data/causal_language_source.h"

#include <algorithm>

#include "roformer/base/error.h"
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
  CausalBatch batch;
  for (const auto& drawn :
       draw_sequences(request, in_epoch, order_seed(seed_, request.stage_index)))
    append(batch, Split::training, length, drawn.sequence);
  return batch;
}

std::vector<CausalBatch> CausalLanguageSource::held_out_batches(Split split, std::int64_t length,
                                                                std::int64_t batch_tokens,
                                                                std::int64_t max_sequences,
                                                                std::int64_t passage) const {
  const auto sequences = passage > 0 ? sequences_of_passages(split, length, max_sequences, passage)
                                     : held_out_sample(num_sequences(length, split), max_sequences);
  const std::vector<std::int64_t> lengths(sequences.size(), length);
  std::vector<CausalBatch> batches;
  for (const auto& [begin, end] : cut_batches(lengths, {.tokens = batch_tokens})) {
    batches.emplace_back();
    for (std::size_t i = begin; i < end; ++i) append(batches.back(), split, length, sequences[i]);
  }
  return batches;
}

std::vector<std::int64_t> CausalLanguageSource::sequences_of_passages(Split split,
                                                                      std::int64_t length,
                                                                      std::int64_t max_sequences,
                                                                      std::int64_t passage) const {
  base::require(
      passage % length == 0,
      "[data] expected passages of a multiple of {} tokens, the length of a sequence, but "
      "got {}",
      length, passage);
  const std::int64_t pieces = passage / length;
  const std::int64_t whole = std::max<std::int64_t>(0, stream_->size(split) - 1) / passage;
  base::require(whole > 0,
                "[data] expected a {} part of one passage of {} tokens and the next token at least "
                "but got {}: give more text or a larger data.{}_share",
                split_name(split), passage, stream_->size(split), split_name(split));
  const std::int64_t most =
      max_sequences > 0 ? std::max<std::int64_t>(1, max_sequences / pieces) : 0;
  std::vector<std::int64_t> sequences;
  for (const std::int64_t drawn : held_out_sample(whole, most))
    for (std::int64_t i = 0; i < pieces; ++i) sequences.push_back(drawn * pieces + i);
  return sequences;
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
