// Byte tokenizers on disk: a tokenizer_config.json that names the class is all there is. ByT5's has
// <pad> </s> <unk> and then the bytes, Perceiver's [PAD] [BOS] [EOS] [MASK] [CLS] [SEP].
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "roformer/text/tokenizer_files.h"

namespace roformer::text {

/// Whether a tokenizer_config.json is that of a byte tokenizer.
bool is_byte_tokenizer(const nlohmann::json& config);

/// ByT5's with <extra_id_0> and so on behind the bytes; text </s>.
TokenizerFiles byt5_files(std::int32_t extra_ids);
/// Perceiver's; [CLS] text [SEP].
TokenizerFiles perceiver_files();

/// What the tokenizer_config.json says. Throws Error naming the key.
TokenizerFiles parse_byte_tokenizer(const nlohmann::json& config, std::string_view name);

/// The tokenizer_config.json that transformers reads.
nlohmann::ordered_json make_byte_tokenizer_config(const TokenizerConfig& config,
                                                  const std::vector<AddedToken>& added_tokens);

}  // namespace roformer::text
