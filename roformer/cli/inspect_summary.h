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

/// The tokenizer's facts ("vocabulary_size", "kind", "lowercase", the special tokens), or why there
/// is none ("error").
nlohmann::ordered_json describe_tokenizer(const std::filesystem::path& folder);

/// Type and shape of each tensor, by name.
nlohmann::ordered_json describe_tensors(const std::map<std::string, format::TensorFacts>& tensors);

/// What sentence-transformers' files say of vectors, or what is wrong; empty if there are none.
std::string describe_sentences(const std::filesystem::path& folder);

/// "roformer fill-mask --model DIR", …: what can be done with the checkpoint.
std::vector<std::string> usable_commands(const pipeline::Inspection& inspection,
                                         const nlohmann::ordered_json& tokenizer,
                                         const std::string& folder);

/// The files' oddities, and those that show only beside the tokenizer.
std::vector<std::string> all_oddities(const pipeline::Inspection& inspection,
                                      const nlohmann::ordered_json& tokenizer);

/// The facts of an encoder-decoder's folder, under the same keys as of other checkpoints. Throws
/// Error as load_translation_model does.
nlohmann::ordered_json describe_translation(const checkpoint::Folder& folder);

/// The block of lines, from the facts that --json prints.
std::string format_summary(const nlohmann::ordered_json& facts);

}  // namespace roformer::cli
