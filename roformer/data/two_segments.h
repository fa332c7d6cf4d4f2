// A sequence of pre-training in two segments, as pairs of texts are read later: their types, 0 and
// 1, are learned before fine-tuning needs them (Devlin et al. 2019, section 3.1; here the second
// follows the first in the text).
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/sequences.h"
#include "roformer/text/tokenizer_facts.h"

namespace roformer::data {

/// Makes [CLS] words [SEP] to [CLS] words [SEP] words [SEP], one token longer, cut at a place that
/// hangs on the seed, with a word on either side; a pair stays as it is, and so do fewer than two
/// words.
void cut_in_two(Sequence& sequence, const text::SpecialRuns& pair, std::uint64_t seed);

/// The types of its tokens; all of the first where it is no pair.
std::vector<std::int32_t> types_of_segments(const Sequence& sequence,
                                            const text::SpecialRuns& pair);

/// Puts the second segment of `other` in the place of that of `sequence`: what is no pair gives so
/// many of its last words as stood there. Returns whether: what is not cut stays. At most `max_size`
/// ids remain.
bool take_second_of(const Sequence& other, std::size_t max_size, Sequence& sequence);

/// Throws Error for a tokenizer whose pairs are not [CLS] first [SEP] second [SEP].
void require_two_segments(const text::TokenizerFacts& facts);

}  // namespace roformer::data
