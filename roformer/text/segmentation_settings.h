// How a folder's tokenizer cuts Chinese into words: what its class says, and the key "segmentation"
// of its tokenizer_config.json, ours, that may say otherwise.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/tokenizer_kinds.h"

namespace roformer::text {

/// Whether a tokenizer of this class cuts Chinese into words: RoFormerTokenizer, WoBertTokenizer.
bool is_segmenting_class(std::string_view tokenizer_class);

/// What cuts the words of a folder whose class is such a one: {"order": "transformers-5" |
/// "transformers-4" | "zhuiyi", "hmm": true | false, "user_dictionaries": ["FILE", …]}, all of which
/// may be left out. Throws Error naming file and key.
WordSegmentation read_segmentation(const TokenizerFolder& folder);

/// The class that a tokenizer with such words has.
const char* segmenting_class(const TokenizerConfig& config);

/// The key's value; null where the class says all.
nlohmann::ordered_json make_segmentation(const TokenizerConfig& config);

/// Writes the users' words into the folder, as one file, where there are some.
void save_user_words(const TokenizerConfig& config, const std::filesystem::path& folder);

}  // namespace roformer::text
