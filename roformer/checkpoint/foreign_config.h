// The configuration beside weights of any code base: config.json of Hugging Face, or
// bert_config.json of Google's BERT and bert4keras, which does not say which model it is.
#pragma once
#include <filesystem>

#include "roformer/checkpoint/config_file.h"
#include "roformer/format/tensor_source.h"

namespace roformer::checkpoint {

/// Whether the folder has either.
bool has_config(const std::filesystem::path& folder);

/// Reads config.json, else bert_config.json, of the folder. What the file leaves out the weights
/// tell: without a table of positions it is RoFormer, else BERT; without LayerNorm it is
/// RoFormerV2; its head is head_of's, the encoder alone for a class that we do not know. Throws Error
/// as load_config does.
CheckpointConfig load_foreign_config(const std::filesystem::path& folder,
                                     const format::TensorSource& weights);

}  // namespace roformer::checkpoint
