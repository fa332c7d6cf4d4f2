// The kinds of tokenizer on disk: how each is known and loaded.
#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer.h"
#include "roformer/text/tokenizer_folder.h"

namespace roformer::text {

struct TokenizerKind {
  std::string_view description;           // of its files, for messages; empty: another kind's too
  std::vector<std::string_view> files;    // a folder that lacks some of them is no tokenizer
  bool (*is_in)(const TokenizerFolder&);  // whether it is this kind's
  Tokenizer (*load)(const TokenizerFolder&);  // throws Error naming file and line or key
};

/// In the order in which they are asked: the first whose folder it is loads it.
const std::vector<TokenizerKind>& tokenizer_kinds();

}  // namespace roformer::text
