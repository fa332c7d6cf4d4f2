// Our parameters' names and those of Hugging Face's files. Ours are theirs but for fused tensors:
// …attention.self.qkv is their query, key and value below each other, …crossattention.self.kv their
// key and value.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::checkpoint {

/// Names of tensors.
using NameSet = std::set<std::string, std::less<>>;

/// The tensors whose rows, below each other, are our parameter: query, key and value for qkv, key
/// and value for kv, else the name itself.
std::vector<std::string> split_names(const std::string& parameter);

/// The name behind "roformer." or "bert." if it is one of the encoder's (embeddings, blocks,
/// pooler); none for heads.
std::optional<std::string> name_in_encoder(std::string_view name);

/// Whether a file that lacks this parameter is still usable: heads and poolers start afresh.
bool may_be_missing(std::string_view parameter);

/// Tensors that carry nothing: the sinusoid table of RoFormer, BERT's buffer of positions.
bool carries_nothing(std::string_view file_name);

/// What stands in front of the encoder's names in a file: "", "roformer." or "bert.". Throws Error
/// naming `file` if there are no word embeddings under any of these.
std::string encoder_prefix(const NameSet& names, std::string_view file);

/// The tensor of a file that holds `name` (one of split_names), through the prefix and the old
/// names: LayerNorm.gamma and beta, cls.predictions.decoder.bias for cls.predictions.bias. None if
/// there is no such tensor.
std::optional<std::string> find_name(const NameSet& names, std::string_view prefix,
                                     const std::string& name);

}  // namespace roformer::checkpoint
