// The special and added tokens that a folder's files state, with their flags, in the order in which
// transformers 5 reads them: tokenizer_config.json, special_tokens_map.json, added_tokens.json.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

class TokenizerFolder;

struct StatedTokens {
  /// By key: bos_token, eos_token, … (kNamedKeys), those that a file has; empty where it says null.
  std::map<std::string, std::optional<AddedToken>, std::less<>> named = {};
  /// Under names of a model's own (image_token, …), then the lists, each in its order.
  std::vector<AddedToken> others = {};
  /// added_tokens_decoder, else added_tokens.json and tokenizer.json's list; by id, ids as stated.
  std::vector<AddedToken> added = {};
  /// The first of the lists' objects without "__type": transformers 4 wrote such, 5 cannot read them.
  std::optional<AddedToken> of_older_list = {};

  /// The token under a key, or `fallback` where no file has the key; empty for null.
  std::string content(std::string_view key, const std::string& fallback) const;
};

/// The keys of special tokens that transformers knows, in its order.
inline constexpr std::string_view kNamedKeys[] = {
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

/// Reads the files that `folder` has; `of_json` are tokenizer.json's added tokens. Throws Error
/// naming file and key.
StatedTokens read_stated_tokens(const TokenizerFolder& folder,
                                const std::vector<AddedToken>& of_json = {});

}  // namespace roformer::text
