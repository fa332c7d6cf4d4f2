// The configuration beside weights of any code base: config.json of Hugging Face, or
// bert_config.json of Google's BERT and bert4keras, which does not say which model it is.
#pragma once
#include <string_view>

#include "roformer/checkpoint/config_file.h"
#include "roformer/format/tensor_source.h"

namespace roformer::checkpoint {

/// Reads the text of such a file; `name` is the file's, for messages. What it leaves out the
/// weights tell: without a table of positions RoFormer, else BERT; without LayerNorm RoFormerV2;
/// its class is that of the one head that they may be. Throws Error as parse_config does.
CheckpointConfig parse_foreign_config(std::string_view text, std::string_view name,
                                      const format::TensorSource& weights);

}  // namespace roformer::checkpoint
