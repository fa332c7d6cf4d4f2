// Where what can be made again is kept: vocabularies, tokens, apt's lists.
#pragma once
#include <filesystem>

namespace roformer::base {

/// $XDG_CACHE_HOME/roformer, or ~/.cache/roformer.
std::filesystem::path default_cache_folder();

}  // namespace roformer::base
