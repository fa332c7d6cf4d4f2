#include "roformer/model/encoder_decoder_config.h"

#include <fmt/ranges.h>

#include <vector>

#include "roformer/base/error.h"

namespace roformer::model {
namespace {

void require_same(const char* key, std::int64_t encoder, std::int64_t decoder) {
  base::require(encoder == decoder,
                "[model] expected {} to be the same in encoder and decoder but got {} and {}", key,
                encoder, decoder);
}

void require_id(const char* key, std::int64_t id, std::int64_t vocab_size) {
  base::require(id >= 0 && id < vocab_size, "[model] expected {} in 0 .. {} but got {}", key,
                vocab_size - 1, id);
}

struct TranslationShape {
  const char* name;
  std::int64_t layers, hidden, heads, intermediate;
};

// base: Vaswani et al. 2017, table 3. small: what two cores train in hours; tiny: in minutes, the
// depth of fairseq's transformer_iwslt_de_en halved.
constexpr TranslationShape translation_shapes[] = {{"transformer-base", 6, 512, 8, 2048},
                                                   {"transformer-small", 6, 256, 4, 1024},
                                                   {"transformer-tiny", 3, 256, 4, 1024}};

}  // namespace

void validate(const EncoderDecoderConfig& config) {
  const EncoderConfig &encoder = config.encoder, &decoder = config.decoder;
  validate(encoder);
  validate(decoder);
  base::require(!encoder.is_decoder && decoder.is_decoder && decoder.add_cross_attention,
                "[model] expected an encoder, and a decoder with add_cross_attention, but got "
                "is_decoder {} and {}, add_cross_attention {}",
                encoder.is_decoder, decoder.is_decoder, decoder.add_cross_attention);
  require_same("vocab_size", encoder.vocab_size, decoder.vocab_size);
  require_same("hidden_size", encoder.hidden_size, decoder.hidden_size);
  require_same("pad_token_id", encoder.pad_token_id, decoder.pad_token_id);
  require_same("embedding_size and hidden_size", encoder.embedding_size, encoder.hidden_size);
  require_same("embedding_size and hidden_size", decoder.embedding_size, decoder.hidden_size);
  require_id("eos_token_id", config.eos_token_id, encoder.vocab_size);
  require_id("decoder_start_token_id", config.decoder_start_token_id, encoder.vocab_size);
}

EncoderConfig translation_preset(const std::string& name) {
  std::vector<std::string> known;
  for (const TranslationShape& shape : translation_shapes) {
    known.emplace_back(shape.name);
    if (name != shape.name) continue;
    EncoderConfig config;
    config.encoding.name = "sinusoidal";
    config.encoding.sinusoid_halves = true;
    config.embedding_size = config.hidden_size = shape.hidden;
    config.num_hidden_layers = shape.layers;
    config.num_attention_heads = shape.heads;
    config.intermediate_size = shape.intermediate;
    config.hidden_act = "relu";
    config.hidden_dropout_prob = 0.1;
    config.attention_probs_dropout_prob = 0;
    config.layer_norm_eps = 1e-5;
    config.max_position_embeddings = 1024;  // fairseq's max_source_positions
    config.type_vocab_size = 0;
    config.embedding_norm = false;
    config.scale_embeddings = true;
    return config;
  }
  base::fail("[model] expected a preset of {} but got '{}'", fmt::join(known, ", "), name);
}

EncoderDecoderConfig both_sides(const EncoderConfig& side, std::int64_t decoder_layers) {
  EncoderDecoderConfig config;
  config.encoder = config.decoder = side;
  config.decoder.is_decoder = config.decoder.add_cross_attention = true;
  if (decoder_layers > 0) config.decoder.num_hidden_layers = decoder_layers;
  return config;
}

}  // namespace roformer::model
