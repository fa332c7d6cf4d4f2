#include "roformer/data/masked_language_source.h"

#include "roformer/base/random.h"
#include "roformer/data/batch_budget.h"

namespace roformer::data {
namespace {

using base::derive;

MaskingVocabulary masking_vocabulary(const text::Tokenizer& tokenizer) {
  MaskingVocabulary vocabulary{tokenizer.vocabulary_size(), tokenizer.mask_id(), {}};
  for (std::int32_t id = 0; id < tokenizer.vocabulary_size(); ++id)
    vocabulary.special.push_back(tokenizer.is_special(id));
  return vocabulary;
}

PackedDocuments pack_split(const Corpus& corpus, Split split) {
  return {corpus.tokens(), corpus.documents(split), corpus.tokenizer().cls_id(),
          corpus.tokenizer().end_id()};
}

}  // namespace

MaskedLanguageSource::MaskedLanguageSource(std::shared_ptr<const Corpus> corpus, std::uint64_t seed)
    : corpus_(std::move(corpus)),
      seed_(seed),
      training_(pack_split(*corpus_, Split::training)),
      validation_(pack_split(*corpus_, Split::validation)),
      vocabulary_(masking_vocabulary(corpus_->tokenizer())) {}

MaskedLanguageSource::MaskedLanguageSource(const DataOptions& options, std::uint64_t seed,
                                           int threads)
    : MaskedLanguageSource(std::make_shared<const Corpus>(options, threads), seed) {}

std::int64_t MaskedLanguageSource::num_sequences(std::int64_t length) const {
  return training_.num_sequences(length);
}

std::int64_t MaskedLanguageSource::num_validation_sequences(std::int64_t length) const {
  return validation_.num_sequences(length);
}

double MaskedLanguageSource::epoch(const Stage& stage, std::int64_t step) const {
  const double sequences =
      static_cast<double>(step) * static_cast<double>(stage.accumulate * sequences_of_batch(stage));
  return sequences / static_cast<double>(num_sequences(stage.length));
}

MaskedBatch MaskedLanguageSource::batch(const BatchRequest& request) const {
  const std::int64_t length = request.stage.length;
  const auto stage = static_cast<std::uint64_t>(request.stage_index);
  const std::uint64_t order = derive(derive(seed_, base::SeedUse::order), stage);
  const std::uint64_t masks = derive(derive(seed_, base::SeedUse::masking), stage);
  MaskedBatch batch;
  for (const auto& drawn : draw_sequences(request, num_sequences(length), order)) {
    const std::uint64_t epoch_masks = derive(masks, drawn.epoch);
    append(batch, training_, length, drawn.sequence,
           derive(epoch_masks, static_cast<std::uint64_t>(drawn.sequence)));
  }
  return batch;
}

std::vector<MaskedBatch> MaskedLanguageSource::validation_batches(
    std::int64_t length, std::int64_t batch_tokens, std::int64_t max_sequences) const {
  const auto sequences = held_out_sample(num_validation_sequences(length), max_sequences);
  const std::vector<std::int64_t> lengths(sequences.size(), length);
  std::vector<MaskedBatch> batches;
  for (const auto& [begin, end] : cut_batches(lengths, {.tokens = batch_tokens})) {
    batches.emplace_back();
    for (std::size_t i = begin; i < end; ++i)
      append(batches.back(), validation_, length, sequences[i],
             derive(held_out_seed, static_cast<std::uint64_t>(sequences[i])));
  }
  return batches;
}

void MaskedLanguageSource::append(MaskedBatch& masked, const PackedDocuments& documents,
                                  std::int64_t length, std::int64_t sequence,
                                  std::uint64_t masking_seed) const {
  std::vector<std::int64_t> ids;
  documents.append_sequence(length, sequence, ids);
  const auto chosen = mask_tokens(ids, corpus_->options().masking, vocabulary_, masking_seed);
  const std::int64_t begin = masked.batch.cu_seqlens.back();
  for (const std::int64_t position : chosen.positions)
    masked.masked_positions.push_back(begin + position);
  masked.labels.insert(masked.labels.end(), chosen.labels.begin(), chosen.labels.end());
  masked.batch.append(ids);
}

}  // namespace roformer::data
