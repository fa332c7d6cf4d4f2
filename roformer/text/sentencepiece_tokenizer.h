// Tokenizers of translation models by SentencePiece, in the files of Hugging Face's MarianTokenizer:
// source.spm, target.spm, vocab.json.
#pragma once
#include <string>

#include "roformer/text/subword_table.h"
#include "roformer/text/tokenizer.h"

namespace roformer::text {

/// Both sides by one SentencePiece model, the bytes of a .model file: </s> 0, <unk> 1, the pieces,
/// <pad> last, as in Marian's vocabularies. As transformers does, "</s>", "<unk>" and "<pad>" in a
/// text are the tokens of that name, and ">>deu<<" at its start is one token; decoding leaves out
/// <unk> too. Throws Error if they are no model.
Tokenizer sentencepiece_tokenizer(std::string model_bytes, SubwordSettings settings = {});

}  // namespace roformer::text
