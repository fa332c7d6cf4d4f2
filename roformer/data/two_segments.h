// A sequence of pre-training in two segments, as pairs of texts are read later: their types, 0 and
// 1, are learned before fine-tuning needs them (Devlin et al. 2019, section 3.1; here the second
// follows the first in the text).
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/text/tokenizer_facts.h"

namespace roformer::data {

/// Makes [CLS] words [SEP] to [CLS] words [SEP] words [SEP], one token longer, cut at a place that
/// hangs on the seed, with a word on either side; returns the types. Fewer than two words stay one
/// segment.
std::vector<std::int32_t> cut_in_two(std::vector<std::int64_t>& ids, const text::SpecialRuns& pair,
                                     std::uint64_t seed);

/// Puts the words of `other`, [CLS] words [SEP] too, in the place of the second segment that
/// cut_in_two makes of `ids` with this seed; returns whether: a sequence of another length, and one
/// that is not cut, stays.
bool take_second_of(const std::vector<std::int64_t>& other, std::uint64_t seed,
                    std::vector<std::int64_t>& ids);

/// Throws Error for a tokenizer whose pairs are not [CLS] first [SEP] second [SEP].
void require_two_segments(const text::TokenizerFacts& facts);

}  // namespace roformer::data
