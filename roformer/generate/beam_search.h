// Translations of many sentences by beam search (Sutskever et al. 2014; length penalty of Wu et al.
// 2016 in fairseq's form). Sentences of like length are decoded together; one that is done leaves.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "roformer/generate/beam_options.h"
#include "roformer/generate/sentence_beams.h"
#include "roformer/generate/translation_decoder.h"

namespace roformer::generate {

/// Hypotheses of one sentence, best first, at least one.
using Translations = std::vector<Hypothesis>;

/// Where and how models compute.
struct SearchSetting {
  torch::Device device = torch::kCPU;  // where the models are
  Decoding decoding = Decoding::cached;
  // The numbers of the input's lines that the sources are, for messages; none: they are sentences.
  std::span<const std::int64_t> lines = {};
};

/// One answer a source, in their order. `sources` are ids with the end token; `prefixes`, if there
/// are any, one a source, are what its translations begin with (and part of them, scored with them).
/// Several models, which must share their vocabulary, vote with the mean of their probabilities.
/// What a source gives does not depend on the sources beside it.
///
/// Throws Error naming the sentence, from 1, or its line: for an empty source, an id outside the vocabulary, a
/// source or prefix longer than a table of positions or than max_length allow, and logits that are
/// not finite.
std::vector<Translations> beam_search(std::span<const model::EncoderDecoder> models,
                                      const std::vector<std::vector<std::int64_t>>& sources,
                                      const BeamOptions& options = {},
                                      const std::vector<std::vector<std::int64_t>>& prefixes = {},
                                      const SearchSetting& setting = {});

/// Indices of sources, batch by batch: longest first, at most options.batch_tokens tokens (or one
/// source that has more) and options.max_sentences a batch.
std::vector<std::vector<std::size_t>> search_batches(
    const std::vector<std::vector<std::int64_t>>& sources, const BeamOptions& options);

}  // namespace roformer::generate
