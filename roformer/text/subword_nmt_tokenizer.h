// Tokenizers of translation models by subword-nmt's codes: codes.bpe, vocab.json.
#pragma once
#include <string>
#include <vector>

#include "roformer/text/subword_table.h"
#include "roformer/text/tokenizer.h"

namespace roformer::text {

/// Both sides by subword-nmt's codes, the text of the file; `units` with their separator ("low@@") in
/// the order of ids: </s> 0, <unk> 1, the units, <pad> last. Units that the table lacks are cut further
/// where the merges allow it. Throws Error for malformed codes.
Tokenizer subword_nmt_tokenizer(std::string codes, const std::vector<std::string>& units,
                                SubwordSettings settings = {});

}  // namespace roformer::text
