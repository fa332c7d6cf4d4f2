#include "roformer/data/masked_language_source.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/data/batch_budget.h"
#include "roformer/data/document_stream.h"
#include "roformer/data/pair_documents.h"
#include "roformer/data/two_segments.h"

namespace roformer::data {
namespace {

// Uses of one sequence's seed.
enum MaskingStream : std::uint64_t { choice, treatment, replacement, segments, pairing };

// An ordinary token; a few of the vocabulary are special, so a few draws find one.
std::int64_t random_token(const MaskingVocabulary& vocabulary, std::uint64_t seed) {
  constexpr std::uint64_t most_draws = 1000;
  for (std::uint64_t draw = 0; draw < most_draws; ++draw) {
    const auto token =
        base::uniform_below(seed, draw, static_cast<std::uint64_t>(vocabulary.vocab_size));
    if (!vocabulary.special[token]) return static_cast<std::int64_t>(token);
  }
  base::fail(
      "[data] expected a vocabulary with ordinary tokens but nearly all of its {} are special",
      vocabulary.vocab_size);
}

// How many of so many ordinary tokens.
std::size_t masked_count(double share, std::size_t ordinary) {
  const auto rounded =
      static_cast<std::size_t>(std::llround(share * static_cast<double>(ordinary)));
  return std::clamp<std::size_t>(rounded, 1, ordinary);
}

// Whole words to mask, in ascending order.
std::vector<std::int64_t> choose_words(std::span<const std::int64_t> tokens, double share,
                                       const MaskingVocabulary& vocabulary, std::uint64_t seed) {
  std::vector<std::size_t> begins = vocabulary.words->begins(tokens);
  begins.push_back(tokens.size());
  std::vector<std::pair<std::size_t, std::size_t>> words;  // begin, end
  std::size_t ordinary = 0;
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    if (vocabulary.special[static_cast<std::size_t>(tokens[begins[i]])]) continue;
    words.emplace_back(begins[i], begins[i + 1]);
    ordinary += begins[i + 1] - begins[i];
  }
  std::vector<std::int64_t> positions;
  if (words.empty()) return positions;
  const std::size_t count = masked_count(share, ordinary);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::swap(words[i], words[i + base::uniform_below(seed, i, words.size() - i)]);
    const auto [begin, end] = words[i];
    if (positions.size() + end - begin > count) continue;
    for (std::size_t at = begin; at < end; ++at) positions.push_back(static_cast<std::int64_t>(at));
  }
  if (positions.empty())
    for (std::size_t at = words[0].first; at < words[0].second; ++at)
      positions.push_back(static_cast<std::int64_t>(at));
  std::sort(positions.begin(), positions.end());
  return positions;
}

// Which ordinary tokens to mask: the first draws of a Fisher-Yates shuffle, in ascending order.
std::vector<std::int64_t> choose_tokens(std::span<const std::int64_t> tokens, double share,
                                        const MaskingVocabulary& vocabulary, std::uint64_t seed) {
  std::vector<std::int64_t> ordinary;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!vocabulary.special[static_cast<std::size_t>(tokens[i])])
      ordinary.push_back(static_cast<std::int64_t>(i));
  }
  if (ordinary.empty()) return ordinary;
  const std::size_t count = masked_count(share, ordinary.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(ordinary[i], ordinary[i + base::uniform_below(seed, i, ordinary.size() - i)]);
  }
  ordinary.resize(count);
  std::sort(ordinary.begin(), ordinary.end());
  return ordinary;
}

using base::derive;

MaskingVocabulary masking_vocabulary(const Corpus& corpus) {
  const text::Tokenizer& tokenizer = corpus.tokenizer();
  MaskingVocabulary vocabulary{tokenizer.vocabulary_size(), tokenizer.mask_id(), {}};
  if (const std::string& unit = corpus.options().masking.unit; unit != "token")
    vocabulary.words = std::make_shared<const MaskingUnits>(
        unit == "jieba" ? MaskingUnits::Kind::jieba : MaskingUnits::Kind::pieces, tokenizer);
  for (std::int32_t id = 0; id < tokenizer.vocabulary_size(); ++id)
    vocabulary.special.push_back(tokenizer.is_special(id));
  return vocabulary;
}

// The types of [CLS], words and [SEP] as the tokenizer gives them to a text.
std::vector<std::int32_t> types_of(std::size_t size, const text::SpecialRuns& single) {
  std::vector<std::int32_t> types(size, single.first_type);
  if (single.before.size() > 0) types.front() = single.before.type_ids.back();
  if (single.after.size() > 0) types.back() = single.after.type_ids.front();
  return types;
}

std::unique_ptr<Sequences> sequences_of(const Corpus& corpus, Split split) {
  const text::Tokenizer& tokenizer = corpus.tokenizer();
  if (corpus.options().document == documents::DocumentRule::pair)
    return std::make_unique<PairDocuments>(corpus.tokens(split), corpus.documents(split),
                                           tokenizer.cls_id(), tokenizer.end_id());
  return std::make_unique<PackedDocuments>(corpus.tokens(split), corpus.documents(split),
                                           tokenizer.cls_id(), tokenizer.end_id());
}

}  // namespace

MaskedTokens mask_tokens(std::span<std::int64_t> tokens, const MaskingOptions& options,
                         const MaskingVocabulary& vocabulary, std::uint64_t seed) {
  for (const std::int64_t token : tokens) {
    base::require(token >= 0 && token < vocabulary.vocab_size,
                  "[data] expected ids below {} but got {}", vocabulary.vocab_size, token);
  }
  MaskedTokens masked;
  const auto choose = vocabulary.words == nullptr ? choose_tokens : choose_words;
  masked.positions = choose(tokens, options.share, vocabulary, base::derive(seed, choice));
  masked.labels.reserve(masked.positions.size());
  const std::uint64_t treatment_seed = base::derive(seed, treatment);
  const std::uint64_t replacement_seed = base::derive(seed, replacement);
  for (std::size_t i = 0; i < masked.positions.size(); ++i) {
    std::int64_t& token = tokens[static_cast<std::size_t>(masked.positions[i])];
    masked.labels.push_back(token);
    const double draw = base::uniform(treatment_seed, i);
    if (draw < options.mask_share) {
      token = vocabulary.mask_id;
    } else if (draw < options.mask_share + options.random_share) {
      token = random_token(vocabulary, base::derive(replacement_seed, i));
    }
  }
  return masked;
}

MaskedLanguageSource::MaskedLanguageSource(std::shared_ptr<const Corpus> corpus, std::uint64_t seed)
    : corpus_(std::move(corpus)),
      seed_(seed),
      parts_{sequences_of(*corpus_, Split::training), sequences_of(*corpus_, Split::validation),
             sequences_of(*corpus_, Split::test)},
      vocabulary_(masking_vocabulary(*corpus_)) {
  if (corpus_->options().segments == 2) require_two_segments(tokenizer().facts());
}

MaskedLanguageSource::MaskedLanguageSource(const DataOptions& options, std::uint64_t seed,
                                           int threads)
    : MaskedLanguageSource(std::make_shared<const Corpus>(options, threads), seed) {}

double MaskedLanguageSource::epoch(const Stage& stage, std::int64_t step) const {
  const double sequences =
      static_cast<double>(step) * static_cast<double>(stage.accumulate * sequences_of_batch(stage));
  return sequences / static_cast<double>(num_sequences(stage.length));
}

MaskedBatch MaskedLanguageSource::batch(const BatchRequest& request) const {
  const std::int64_t length = request.stage.length;
  const std::uint64_t order = order_seed(seed_, request.stage_index);
  const std::uint64_t masks = derive(derive(seed_, base::SeedUse::masking),
                                     static_cast<std::uint64_t>(request.stage_index));
  MaskedBatch batch;
  for (const auto& drawn : draw_sequences(request, num_sequences(length), order)) {
    const std::uint64_t epoch_masks = derive(masks, drawn.epoch);
    append(batch, part(Split::training), length, drawn.sequence,
           derive(epoch_masks, static_cast<std::uint64_t>(drawn.sequence)));
  }
  return batch;
}

std::vector<MaskedBatch> MaskedLanguageSource::held_out_batches(Split split, std::int64_t length,
                                                                std::int64_t batch_tokens,
                                                                std::int64_t max_sequences) const {
  const auto sequences = held_out_sample(num_sequences(length, split), max_sequences);
  const std::vector<std::int64_t> lengths(sequences.size(), length);
  std::vector<MaskedBatch> batches;
  for (const auto& [begin, end] : cut_batches(lengths, {.tokens = batch_tokens})) {
    batches.emplace_back();
    for (std::size_t i = begin; i < end; ++i)
      append(batches.back(), part(split), length, sequences[i],
             derive(held_out_seed, static_cast<std::uint64_t>(sequences[i])));
  }
  return batches;
}

PairLabel MaskedLanguageSource::draw_pair(const Sequences& documents, std::int64_t length,
                                          std::int64_t number, std::uint64_t masking_seed,
                                          Sequence& sequence) const {
  constexpr double share_of_others = 0.5;
  if (sequence.separator == 0) return PairLabel::none;
  const std::uint64_t seed = derive(masking_seed, pairing);
  const std::int64_t room = read_length(length), others = documents.count(room) - 1;
  if (others < 1 || base::uniform(seed, 0) >= share_of_others) return PairLabel::follows;
  auto drawn =
      static_cast<std::int64_t>(base::uniform_below(seed, 1, static_cast<std::uint64_t>(others)));
  if (drawn >= number) ++drawn;
  const bool taken =
      take_second_of(documents.read(room, drawn), static_cast<std::size_t>(length), sequence);
  return taken ? PairLabel::other_text : PairLabel::follows;
}

void MaskedLanguageSource::append(MaskedBatch& masked, const Sequences& documents,
                                  std::int64_t length, std::int64_t number,
                                  std::uint64_t masking_seed) const {
  Sequence sequence = documents.read(read_length(length), number);
  const text::TokenizerFacts& facts = tokenizer().facts();
  const bool in_two = corpus_->options().segments == 2;
  if (in_two) cut_in_two(sequence, facts.pair, derive(masking_seed, segments));
  if (corpus_->options().next_sentence)
    masked.pairs.push_back(draw_pair(documents, length, number, masking_seed, sequence));
  const auto types = in_two ? types_of_segments(sequence, facts.pair)
                            : types_of(sequence.ids.size(), facts.single);
  const auto chosen =
      mask_tokens(sequence.ids, corpus_->options().masking, vocabulary_, masking_seed);
  const std::int64_t begin = masked.batch.cu_seqlens.back();
  for (const std::int64_t position : chosen.positions)
    masked.masked_positions.push_back(begin + position);
  masked.labels.insert(masked.labels.end(), chosen.labels.begin(), chosen.labels.end());
  masked.batch.append(sequence.ids, 0, types);
}

}  // namespace roformer::data
