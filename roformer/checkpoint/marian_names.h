// The names of an encoder-decoder's weights in Hugging Face's Marian files, for ours.
#pragma once
#include <string>
#include <vector>

#include "roformer/checkpoint/weight_names.h"

namespace roformer::checkpoint {

/// The tensors whose rows, below each other, are our parameter of model::EncoderDecoder: query, key
/// and value for qkv, key and value for kv, else one.
std::vector<std::string> marian_names(const std::string& parameter);

/// The name under which a file has the table of words: it is tied in four places, and transformers
/// keeps one or all. Throws Error naming `file` if there is none.
std::string marian_words(const NameSet& names, const std::string& file);

/// Whether a tensor of a Marian file says nothing that another does not: tied tables, sinusoids.
bool is_marian_alias(const std::string& name);

}  // namespace roformer::checkpoint
