#include "roformer/parallel/translation_source.h"

#include <algorithm>

#include "roformer/base/random.h"
#include "roformer/data/sequence_order.h"

namespace roformer::parallel {
namespace {

// Ends a sequence of `size` tokens at the end of the batch.
void end_sequence(data::TokenBatch& batch, std::size_t size) {
  batch.cu_seqlens.push_back(static_cast<std::int32_t>(batch.tokens.size()));
  for (std::size_t i = 0; i < size; ++i) batch.position_ids.push_back(static_cast<std::int64_t>(i));
  batch.segment_ids.resize(batch.tokens.size(), 0);
}

}  // namespace

TranslationSource::TranslationSource(std::shared_ptr<const ParallelCorpus> corpus,
                                     std::uint64_t seed)
    : corpus_(std::move(corpus)), seed_(seed) {}

PairLength TranslationSource::length_of(data::Split split, std::int64_t pair) const {
  return {static_cast<std::int64_t>(corpus_->source_ids(split, pair).size()) + 1,
          static_cast<std::int64_t>(corpus_->target_ids(split, pair).size()) + 1};
}

std::shared_ptr<const LengthBuckets> TranslationSource::buckets(const data::Stage& stage) const {
  const BatchBudget budget{stage.batch_tokens, stage.batch_tokens > 0 ? 0 : stage.batch_size};
  const std::scoped_lock lock(mutex_);
  if (buckets_ && budget_ == budget) return buckets_;
  std::vector<PairLength> lengths;
  for (std::int64_t pair = 0; pair < corpus_->size(data::Split::training); ++pair)
    lengths.push_back(length_of(data::Split::training, pair));
  buckets_ = std::make_shared<const LengthBuckets>(lengths, budget);
  budget_ = budget;
  return buckets_;
}

std::int64_t TranslationSource::batches_per_epoch(const data::Stage& stage) const {
  return buckets(stage)->num_batches();
}

data::PairBatch TranslationSource::batch(const data::BatchRequest& request) const {
  const std::int64_t number = data::micro_batch_number(request);
  const auto plan = buckets(request.stage);
  const std::int64_t epoch = number / plan->num_batches();
  const std::uint64_t order =
      base::derive(base::derive(seed_, static_cast<std::uint64_t>(request.stage_index)),
                   static_cast<std::uint64_t>(epoch));
  return batch_of(data::Split::training, plan->batch(number % plan->num_batches(), order));
}

std::vector<data::PairBatch> TranslationSource::held_out_batches(data::Split split,
                                                                 std::int64_t batch_tokens,
                                                                 std::int64_t max_pairs) const {
  std::vector<data::PairBatch> batches;
  std::vector<std::int64_t> pairs;
  std::int64_t tokens = 0;
  const auto end_batch = [&] {
    if (!pairs.empty()) batches.push_back(batch_of(split, pairs));
    pairs.clear();
    tokens = 0;
  };
  for (const std::int64_t pair : data::held_out_sample(corpus_->size(split), max_pairs)) {
    const PairLength length = length_of(split, pair);
    const std::int64_t cost = std::max(length.source, length.target);
    if (tokens + cost > batch_tokens) end_batch();
    pairs.push_back(pair);
    tokens += cost;
  }
  end_batch();
  return batches;
}

data::PairBatch TranslationSource::batch_of(data::Split split,
                                            std::span<const std::int64_t> pairs) const {
  const std::int64_t end = corpus_->tokenizer().end_id(), start = corpus_->tokenizer().pad_id();
  data::PairBatch batch;
  for (const std::int64_t pair : pairs) {
    const auto source = corpus_->source_ids(split, pair);
    const auto target = corpus_->target_ids(split, pair);
    batch.source.tokens.insert(batch.source.tokens.end(), source.begin(), source.end());
    batch.source.tokens.push_back(end);
    end_sequence(batch.source, source.size() + 1);
    batch.target.tokens.push_back(start);
    batch.target.tokens.insert(batch.target.tokens.end(), target.begin(), target.end());
    end_sequence(batch.target, target.size() + 1);
    batch.labels.insert(batch.labels.end(), target.begin(), target.end());
    batch.labels.push_back(end);
  }
  return batch;
}

}  // namespace roformer::parallel
