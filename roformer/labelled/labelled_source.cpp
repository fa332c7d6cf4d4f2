#include "roformer/labelled/labelled_source.h"

#include "roformer/base/error.h"
#include "roformer/data/sequence_order.h"

namespace roformer::labelled {

LabelledSource::LabelledSource(std::shared_ptr<const LabelledCorpus> corpus, std::uint64_t seed)
    : corpus_(std::move(corpus)), seed_(seed) {
  base::require(corpus_->part(data::Split::training).size() > 0,
                "[data] expected rows to learn from but got none: {}", corpus_->summary());
}

LabelledBatch LabelledSource::batch(const data::BatchRequest& request) const {
  const std::uint64_t order = data::order_seed(seed_, request.stage_index);
  if (request.stage.batch_size == 0)
    return batch_of(data::Split::training,
                    buckets(request.stage.batch_tokens)
                        ->batch_of_run(data::micro_batch_number(request), order));
  const auto drawn =
      data::draw_sequences(request, corpus_->part(data::Split::training).size(), order);
  std::vector<std::int64_t> rows;
  for (const auto& [row, epoch] : drawn) rows.push_back(row);
  return batch_of(data::Split::training, rows);
}

std::shared_ptr<const data::LengthBuckets> LabelledSource::buckets(
    std::int64_t batch_tokens) const {
  const std::scoped_lock lock(mutex_);
  if (buckets_ && bucket_tokens_ == batch_tokens) return buckets_;
  const EncodedPart& training = corpus_->part(data::Split::training);
  std::vector<data::PairLength> lengths;
  for (std::int64_t row = 0; row < training.size(); ++row)
    lengths.push_back({training.length(row), 0});
  buckets_ = std::make_shared<const data::LengthBuckets>(lengths,
                                                         data::BatchBudget{.tokens = batch_tokens});
  bucket_tokens_ = batch_tokens;
  return buckets_;
}

std::vector<std::vector<std::int64_t>> LabelledSource::held_out_rows(data::Split split,
                                                                     std::int64_t batch_tokens,
                                                                     std::int64_t most) const {
  const EncodedPart& part = corpus_->part(split);
  const auto sample = data::held_out_sample(part.size(), most);
  std::vector<std::int64_t> lengths;
  for (const std::int64_t row : sample) lengths.push_back(part.length(row));
  std::vector<std::vector<std::int64_t>> batches;
  for (const auto& indices : data::batches_by_length(lengths, {.tokens = batch_tokens})) {
    batches.emplace_back();
    for (const std::size_t index : indices) batches.back().push_back(sample[index]);
  }
  return batches;
}

LabelledBatch LabelledSource::batch_of(data::Split split,
                                       const std::vector<std::int64_t>& rows) const {
  const EncodedPart& part = corpus_->part(split);
  LabelledBatch batch;
  for (const std::int64_t row : rows) {
    const auto at = static_cast<std::size_t>(row);
    batch.batch.append(part.ids(row), 0, part.type_ids(row));
    if (corpus_->kind() == LabelKind::classes) {
      batch.classes.push_back(part.classes[at]);
    } else {
      batch.numbers.push_back(static_cast<float>(part.numbers[at]));
    }
  }
  return batch;
}

}  // namespace roformer::labelled
