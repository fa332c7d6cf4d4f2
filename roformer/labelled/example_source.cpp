#include "roformer/labelled/example_source.h"

#include "roformer/base/error.h"
#include "roformer/data/sequence_order.h"

namespace roformer::labelled {

ExampleSource::ExampleSource(std::shared_ptr<const EncodedCorpus> corpus, std::uint64_t seed)
    : corpus_(std::move(corpus)), seed_(seed) {
  base::require(!corpus_->learns() || corpus_->part(data::Split::training).num_examples() > 0,
                "[data] expected {} to learn from but got none: {}", corpus_->unit(),
                corpus_->summary());
}

ExampleBatch ExampleSource::batch(const data::BatchRequest& request) const {
  const std::uint64_t order = data::order_seed(seed_, request.stage_index);
  if (request.stage.batch_size == 0)
    return batch_of(data::Split::training,
                    buckets(request.stage.batch_tokens)
                        ->batch_of_run(data::micro_batch_number(request), order));
  const auto drawn =
      data::draw_sequences(request, corpus_->part(data::Split::training).num_examples(), order);
  std::vector<std::int64_t> examples;
  for (const auto& [example, epoch] : drawn) examples.push_back(example);
  return batch_of(data::Split::training, std::move(examples));
}

double ExampleSource::batches_in_epoch(const data::Stage& stage) const {
  if (stage.batch_size == 0) return static_cast<double>(buckets(stage.batch_tokens)->num_batches());
  return static_cast<double>(corpus_->part(data::Split::training).num_examples()) /
         static_cast<double>(stage.batch_size);
}

std::shared_ptr<const data::LengthBuckets> ExampleSource::buckets(std::int64_t batch_tokens) const {
  const std::scoped_lock lock(mutex_);
  if (buckets_ && bucket_tokens_ == batch_tokens) return buckets_;
  const EncodedPart& training = corpus_->part(data::Split::training);
  std::vector<data::PairLength> lengths;
  for (std::int64_t example = 0; example < training.num_examples(); ++example)
    lengths.push_back({training.tokens_of(example), 0});
  buckets_ = std::make_shared<const data::LengthBuckets>(lengths,
                                                         data::BatchBudget{.tokens = batch_tokens});
  bucket_tokens_ = batch_tokens;
  return buckets_;
}

std::vector<ExampleBatch> ExampleSource::held_out(data::Split split, std::int64_t batch_tokens,
                                                  std::int64_t most) const {
  const EncodedPart& part = corpus_->part(split);
  const auto sample = data::held_out_sample(part.num_examples(), most);
  std::vector<std::int64_t> lengths;
  for (const std::int64_t example : sample) lengths.push_back(part.tokens_of(example));
  std::vector<ExampleBatch> batches;
  for (const auto& indices : data::batches_by_length(lengths, {.tokens = batch_tokens})) {
    std::vector<std::int64_t> examples;
    for (const std::size_t index : indices) examples.push_back(sample[index]);
    batches.push_back(batch_of(split, std::move(examples)));
  }
  return batches;
}

ExampleBatch ExampleSource::batch_of(data::Split split, std::vector<std::int64_t> examples) const {
  const EncodedPart& part = corpus_->part(split);
  ExampleBatch batch{.split = split, .examples = std::move(examples), .rows = {}, .batch = {}};
  for (const std::int64_t example : batch.examples) {
    const RowRange rows = part.rows_of(example);
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      batch.rows.push_back(row);
      batch.batch.append(part.ids(row), 0, part.type_ids(row));
    }
  }
  return batch;
}

}  // namespace roformer::labelled
