// The special tokens around a text, or around and between two, by their ids.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// Special tokens that stand next to each other.
struct SpecialRun {
  std::vector<std::int32_t> ids = {};
  std::vector<std::int32_t> type_ids = {};
  std::size_t size() const { return ids.size(); }
};

/// before first after; of two texts: before first between second after.
struct SpecialRuns {
  SpecialRun before = {}, between = {}, after = {};
  std::int32_t first_type = 0, second_type = 0;
  bool complete = true;  // false: [CLS] or [SEP] is not in the vocabulary
  std::size_t size() const { return before.size() + between.size() + after.size(); }
};

/// What `config` puts around one text, and around and between two.
SpecialRuns single_runs(const Vocabulary& vocabulary, const TokenizerConfig& config);
SpecialRuns pair_runs(const Vocabulary& vocabulary, const TokenizerConfig& config);

/// BERT's: [CLS] A [SEP] B [SEP], types 0 0 0 1 1, of the tokens that `config` names.
TokenTemplate bert_template(const Vocabulary& vocabulary, const TokenizerConfig& config);

}  // namespace roformer::text
