// Which of a folder's files decides how text is cut, by the class of its tokenizer.
#pragma once
#include <string>

#include "roformer/text/tokenizer_kinds.h"

namespace roformer::text {

/// Whether transformers 5 builds the folder's tokenizer as BERT's: of tokenizer.json it takes the
/// words and the added tokens alone, and tokenizer_config.json switches the rest, with the class's
/// defaults. Else tokenizer.json is taken as it stands. The class is that of tokenizer_config.json
/// or config.json, else the one of the model's type. Throws Error for a class that builds another
/// tokenizer.
bool is_built_as_berts(const TokenizerFolder& folder);

/// The class that the folder states, in tokenizer_config.json or else in config.json; empty where
/// neither does.
std::string stated_tokenizer_class(const TokenizerFolder& folder);
/// config.json's model_type; empty where it states none.
std::string model_type_of(const TokenizerFolder& folder);

}  // namespace roformer::text
