// The models that translate together and the tokenizer that they share, from their folders.
#pragma once
#include <c10/core/Device.h>

#include <filesystem>
#include <vector>

#include "roformer/model/encoder_decoder.h"
#include "roformer/text/tokenizer.h"

namespace roformer::pipeline {

/// Models in evaluation mode on the device. Throws Error for no folder, and for one without a
/// translation model: says what it is or which file it lacks, and what takes another kind of model.
std::vector<model::EncoderDecoder> load_translators(
    const std::vector<std::filesystem::path>& folders, c10::Device device);

/// The tokenizer of the first folder. Throws Error where another folder's has other tokens, and where
/// it does not fit the models (one a folder).
text::Tokenizer load_shared_tokenizer(const std::vector<std::filesystem::path>& folders,
                                      const std::vector<model::EncoderDecoder>& models);

}  // namespace roformer::pipeline
