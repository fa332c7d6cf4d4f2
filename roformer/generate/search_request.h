// What is asked of a beam search, checked before anything is computed.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "roformer/generate/beam_options.h"
#include "roformer/generate/continuations.h"
#include "roformer/model/encoder_decoder.h"

namespace roformer::generate {

/// Models, sources and prefixes of a search; all must outlive it.
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
