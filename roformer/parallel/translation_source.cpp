#include "roformer/parallel/translation_source.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/data/sequence_order.h"

namespace roformer::parallel {

TranslationSource::TranslationSource(std::shared_ptr<const ParallelCorpus> corpus,
                                     std::uint64_t seed)
    : corpus_(std::move(corpus)), seed_(seed) {}

data::PairLength TranslationSource::length_of(data::Split split, std::int64_t pair) const {
  return {static_cast<std::int64_t>(corpus_->source_ids(split, pair).size()) + 1,
          static_cast<std::int64_t>(corpus_->target_ids(split, pair).size()) + 1};
}

std::shared_ptr<const data::LengthBuckets> TranslationSource::buckets(
    const data::Stage& stage) const {
  data::BatchBudget budget;
  (stage.batch_tokens > 0 ? budget.tokens : budget.sequences) =
      stage.batch_tokens > 0 ? stage.batch_tokens : stage.batch_size;
  const std::scoped_lock lock(mutex_);
  if (buckets_ && budget_ == budget) return buckets_;
  std::vector<data::PairLength> lengths;
  for (std::int64_t pair = 0; pair < corpus_->size(data::Split::training); ++pair)
    lengths.push_back(length_of(data::Split::training, pair));
  buckets_ = std::make_shared<const data::LengthBuckets>(lengths, budget);
  budget_ = budget;
  return buckets_;
}

std::int64_t TranslationSource::batches_per_epoch(const data::Stage& stage) const {
  return buckets(stage)->num_batches();
}

data::PairBatch TranslationSource::batch(const data::BatchRequest& request) const {
  const auto pairs = buckets(request.stage)
                         ->batch_of_run(data::micro_batch_number(request),
                                        data::order_seed(seed_, request.stage_index));
  return batch_of(data::Split::training, pairs);
}

std::vector<data::PairBatch> TranslationSource::held_out_batches(data::Split split,
                                                                 std::int64_t batch_tokens,
                                                                 std::int64_t max_pairs) const {
  const auto pairs = data::held_out_sample(corpus_->size(split), max_pairs);
  std::vector<std::int64_t> longer;  // of the two sides
  for (const std::int64_t pair : pairs) {
    const data::PairLength length = length_of(split, pair);
    longer.push_back(std::max(length.source, length.target));
  }
  std::vector<data::PairBatch> batches;
  for (const auto& [begin, end] : data::cut_batches(longer, {.tokens = batch_tokens}))
    batches.push_back(batch_of(split, std::span(pairs).subspan(begin, end - begin)));
  return batches;
}

data::PairBatch TranslationSource::batch_of(data::Split split,
                                            std::span<const std::int64_t> pairs) const {
  const std::int64_t end = corpus_->tokenizer().end_id(), start = corpus_->tokenizer().pad_id();
  data::PairBatch batch;
  for (const std::int64_t pair : pairs) {
    const auto source = corpus_->source_ids(split, pair);
    const auto target = corpus_->target_ids(split, pair);
    std::vector<std::int64_t> read(source.begin(), source.end());
    read.push_back(end);
    batch.source.append(read);
    std::vector<std::int64_t> before = {start};
    before.insert(before.end(), target.begin(), target.end());
    batch.target.append(before);
    batch.labels.insert(batch.labels.end(), target.begin(), target.end());
    batch.labels.push_back(end);
  }
  return batch;
}

}  // namespace roformer::parallel
