// The shape of an encoder-decoder. No tensors here.
#pragma once
#include <cstdint>
#include <string>

#include "roformer/model/config.h"

namespace roformer::model {

/// Both sides, which agree in vocabulary, sizes of states and pad_token_id.
struct EncoderDecoderConfig {
  EncoderConfig encoder;
  EncoderConfig decoder;                    // is_decoder, add_cross_attention
  std::int64_t eos_token_id = 0;            // ends a sequence on both sides
  std::int64_t decoder_start_token_id = 1;  // what the decoder reads before the first word
};

/// Throws Error "[model] expected … but got …" naming the key where a side is wrong in itself or
/// the sides do not fit each other.
void validate(const EncoderDecoderConfig& config);

/// One side of "transformer-base" (6 layers, 512, 8 heads, 2048; Vaswani et al. 2017, table 3),
/// "transformer-small" or "transformer-tiny": sinusoidal positions, ReLU, dropout 0.1 but for
/// attention weights (fairseq's transformer_wmt_en_de).
EncoderConfig translation_preset(const std::string& name);

/// Both sides of one shape; `decoder_layers` 0: as many as the encoder has.
EncoderDecoderConfig both_sides(const EncoderConfig& side, std::int64_t decoder_layers = 0);

}  // namespace roformer::model
