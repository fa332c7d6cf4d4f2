// The first lines of `roformer inspect`: a checkpoint folder explained to a newcomer.
#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/checkpoint/folder.h"
#include "roformer/pipeline/inspect.h"

namespace roformer::cli {

/// "RoFormer encoder: 12 blocks of 768, 12 heads; rotary positions, any length".
std::string model_in_words(const model::EncoderConfig& config);

/// Names of the types that products are computed in on this machine, float32 first.
nlohmann::ordered_json compute_types();

/// The tokenizer's facts ("vocabulary_size", "kind", "lowercase", the special tokens), or why there
/// is none that can be used ("error") and what its files say ("class", "model", "words").
nlohmann::ordered_json describe_tokenizer(const std::filesystem::path& folder);

/// Type and shape of each tensor, by name.
nlohmann::ordered_json describe_tensors(const std::map<std::string, format::TensorFacts>& tensors);

/// What sentence-transformers' files say of vectors, or what is wrong, a problem then; empty if
/// there are none.
std::string describe_sentences(const std::filesystem::path& folder,
                               std::vector<std::string>& problems);

/// All problems: the tokenizer's and the others.
std::vector<std::string> problems_of(const nlohmann::ordered_json& tokenizer,
                                     std::vector<std::string> others);

/// The files' oddities, and those that show only beside the tokenizer.
std::vector<std::string> all_oddities(const pipeline::Inspection& inspection,
                                      const nlohmann::ordered_json& tokenizer);

/// The facts of an encoder-decoder's folder, under the same keys as of other checkpoints. Throws
/// Error as load_translation_model does. `path` is what the user gave.
nlohmann::ordered_json describe_translation(const checkpoint::Folder& folder,
                                            const std::filesystem::path& path);

/// What the parts of a checkpoint say, each by itself, where it is not computed, for the reason
/// `why`, or is damaged. Under "problems" is what could not be read of them.
nlohmann::ordered_json describe_parts(const std::filesystem::path& path, const std::string& why);

/// The block of lines, from the facts that --json prints.
std::string format_summary(const nlohmann::ordered_json& facts);

}  // namespace roformer::cli
