// The folder of a translation model: config.json and model.safetensors in the words of Hugging
// Face's Marian (marian_config.h), the tokenizer's files beside them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/checkpoint/folder.h"
#include "roformer/model/encoder_decoder.h"

namespace roformer::checkpoint {

/// An encoder-decoder with what its folder says.
struct TranslationModel {
  model::EncoderDecoder module{nullptr};
  TranslationConfig config;
  std::vector<std::string> unused;  // tensors of the file that the model has no place for
};

/// Builds the model of a folder, in evaluation mode. Throws Error naming file, key or tensor for
/// another kind of model, a shape that does not fit and a weight that is missing.
TranslationModel load_translation_model(const Folder& folder);

/// Copies the folder's weights into a module of its shape.
void load_translation_weights(model::EncoderDecoderImpl& module, const format::TensorSource& file);

/// Writes model.safetensors and config.json, both or none.
void save_translation_model(const model::EncoderDecoderImpl& module,
                            const TranslationConfig& config, const std::filesystem::path& folder);

}  // namespace roformer::checkpoint
