// Tokens that are found in a text before it is cut: which they are and what ids they have, by what a
// folder states. transformers 5 has two ways, one for its tokenizers in Rust, one for those in
// Python.
#pragma once
#include <string>
#include <vector>

#include "roformer/text/stated_tokens.h"
#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// As transformers' TokenizersBackend: `of_file` (of a tokenizer.json that is taken as it stands),
/// the added tokens in the order of their ids, the named ones, all others. A token of the vocabulary
/// keeps its id; the others follow behind it in this order, whatever ids they state, those of
/// `of_file` excepted, and join the vocabulary, `appended` then. Of equal tokens the last has its flags.
/// The result is in the order of the ids. Throws Error naming `name` where ids collide.
std::vector<AddedToken> number_by_order(const StatedTokens& stated,
                                        const std::vector<AddedToken>& of_file,
                                        Vocabulary& vocabulary, const std::string& name);

/// As transformers' PythonBackend: added tokens have the ids that they state, gaps included; special
/// tokens without one are words of the vocabulary, else they follow behind it. Throws Error naming
/// `name` where ids collide.
std::vector<AddedToken> number_by_id(const StatedTokens& stated, Vocabulary& vocabulary,
                                     const std::string& name);

}  // namespace roformer::text
