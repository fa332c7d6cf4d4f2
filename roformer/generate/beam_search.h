// Translations of many sentences by beam search (Sutskever et al. 2014; length penalty of Wu et al.
// 2016 in fairseq's form). Sentences of like length are decoded together; the place of one that is
// done goes to the next that wait.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "roformer/generate/beam_options.h"
#include "roformer/generate/continuations.h"
#include "roformer/generate/sentence_beams.h"
#include "roformer/generate/shortlist.h"
#include "roformer/generate/translation_decoder.h"
#include "roformer/model/encoder_decoder.h"

namespace roformer::generate {

/// Hypotheses of one sentence, best first, at least one.
using Translations = std::vector<Hypothesis>;

/// Where and how models compute.
struct SearchSetting {
  torch::Device device = torch::kCPU;  // where the models are
  Decoding decoding = Decoding::cached;
  // The numbers of the input's lines that the sources are, for messages; none: they are sentences.
  std::span<const std::int64_t> lines = {};
  // Which words each sentence's translation may have; null: all. The probabilities of these sum to
  // one.
  const Shortlist* shortlist = nullptr;
};

/// One answer a source, in their order. `sources` are ids with the end token; `prefixes`, if there
/// are any, one a source, are what its translations begin with (and part of them, scored with
/// them). Several models, which must share their vocabulary, vote with the mean of their
/// probabilities. What a source gives does not depend on the sources beside it.
///
/// Throws Error naming the sentence, from 1, or its line: for an empty source, an id outside the
/// vocabulary, a source or prefix longer than a table of positions or than max_length allow, and
/// logits that are not finite.
std::vector<Translations> beam_search(std::span<const model::EncoderDecoder> models,
                                      const std::vector<std::vector<std::int64_t>>& sources,
                                      const BeamOptions& options = {},
                                      const std::vector<std::vector<std::int64_t>>& prefixes = {},
                                      const SearchSetting& setting = {});

/// Indices of sources, batch by batch: longest first, at most options.batch_tokens tokens (or one
/// source that has more) and options.max_sentences a batch.
std::vector<std::vector<std::size_t>> search_batches(
    const std::vector<std::vector<std::int64_t>>& sources, const BeamOptions& options);

/// What is asked of a search, checked before anything is computed: models, sources and prefixes;
/// all must outlive it.
struct SearchRequest {
  std::span<const model::EncoderDecoder> models;
  const std::vector<std::vector<std::int64_t>>& sources;
  const std::vector<std::vector<std::int64_t>>& prefixes;  // none, or one a source
  const BeamOptions& options;
  std::span<const std::int64_t> lines;  // SearchSetting's

  /// Of the first model: all agree in what a search reads.
  const model::EncoderDecoderConfig& config() const { return models.front()->config(); }
  /// The most tokens of a hypothesis of this sentence, its end token not counted.
  std::int64_t max_length(std::size_t sentence) const;
  std::vector<std::int64_t> prefix(std::size_t sentence) const;
  /// What messages call it: "line 7" of the input, or "sentence 3" of the sources, from 1.
  std::string name(std::size_t sentence) const;
  /// What is found in each step.
  ContinuationOptions continuations() const;
};

/// Throws Error as beam_search does.
void validate(const SearchRequest& request);

}  // namespace roformer::generate
