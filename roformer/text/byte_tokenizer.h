// Every byte of the UTF-8 text is a token, as in ByT5 (Xue et al. 2022) and Perceiver: its id is
// the byte and the number of special tokens before it. A tokenizer_config.json that names the class
// is all there is on disk.
#pragma once
#include "roformer/text/tokenizer.h"

namespace roformer::text {

/// The tokenizer of byte language models: the ids 0, 1, 2 are <pad>, </s>, <unk>, then come the 256
/// bytes; text </s>. transformers reads what save() writes as a ByT5Tokenizer.
Tokenizer byte_tokenizer();

}  // namespace roformer::text
