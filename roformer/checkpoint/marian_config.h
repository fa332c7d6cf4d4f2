// config.json of an encoder-decoder in the words of transformers' MarianConfig. A model that its
// MarianMTModel computes alike (sinusoidal positions in halves, LayerNorm's epsilon 1e-5) is
// written as model_type "marian"; any other as "roformer_translation", with the keys of
// position/encoding_settings.h beside Marian's, so that no other program takes it for a Marian.
#pragma once
#include <string>
#include <string_view>

#include "roformer/model/config.h"

namespace roformer::checkpoint {

/// What config.json says.
struct TranslationConfig {
  model::EncoderDecoderConfig model;
  std::string source;  // the JSON it was read from: unknown keys survive a load and a save
};

/// Whether a config.json is that of an encoder-decoder that we read; `name` is the file's, for
/// messages. Throws Error for JSON that is broken.
bool is_translation_config(std::string_view text, std::string_view name);

/// Reads the text of such a file. Throws Error naming file and key for a wrong type and what the
/// engine does not compute: pre-norm, untied or separate word tables, other families (T5, BART).
TranslationConfig parse_translation_config(std::string_view text, std::string_view name);

/// config.json as transformers would read it.
std::string format_translation_config(const TranslationConfig& config);

}  // namespace roformer::checkpoint
