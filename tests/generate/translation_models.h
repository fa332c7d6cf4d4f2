// Small encoder-decoders with random weights for tests of translation.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>
#include <string>
#include <vector>

#include "roformer/model/encoder_decoder.h"

namespace roformer::generate {

inline constexpr std::int64_t test_end = 0, test_start = 1, test_pad = 2;

/// The first word is 3. Vocabulary and table of positions are as small as tests like them.
inline model::EncoderDecoderConfig translation_config(
    const position::EncodingSettings& encoding = {}, std::int64_t vocab_size = 40) {
  model::EncoderConfig side;
  side.vocab_size = vocab_size;
  side.hidden_size = side.embedding_size = 32;
  side.num_attention_heads = 4;
  side.num_hidden_layers = 2;
  side.intermediate_size = 48;
  side.hidden_act = "relu";
  side.max_position_embeddings = 64;
  side.type_vocab_size = 0;
  side.embedding_norm = false;
  side.scale_embeddings = true;
  side.pad_token_id = test_pad;
  side.encoding = encoding;
  auto config = model::both_sides(side);
  config.eos_token_id = test_end;
  config.decoder_start_token_id = test_start;
  return config;
}

/// `end_bias` is added to the end token's logit, so that translations end now and then.
inline model::EncoderDecoder make_translator(const model::EncoderDecoderConfig& config,
                                             std::uint64_t seed = 1, double end_bias = 1) {
  torch::manual_seed(seed);
  model::EncoderDecoder model(config);
  const torch::NoGradGuard no_gradient;
  for (auto& item : model->named_parameters()) {
    if (item.key().find("encoding") != std::string::npos) item.value().normal_(0, 0.5);
  }
  model->output_bias()[0][test_end] += end_bias;
  model->eval();
  return model;
}

/// Sources of these lengths, the end token with them.
inline std::vector<std::vector<std::int64_t>> random_sources(
    const std::vector<std::int64_t>& lengths, std::int64_t vocab_size = 40) {
  std::vector<std::vector<std::int64_t>> sources;
  for (const std::int64_t length : lengths) {
    auto& ids = sources.emplace_back();
    for (std::int64_t i = 0; i + 1 < length; ++i)
      ids.push_back(3 + (length * 7 + i * i * 5 + i) % (vocab_size - 3));
    ids.push_back(test_end);
  }
  return sources;
}

/// Log probabilities (T + 1, V) float64 of what follows the start token and each target token.
inline torch::Tensor log_probabilities(model::EncoderDecoder model,
                                       const std::vector<std::int64_t>& source,
                                       const std::vector<std::int64_t>& target) {
  const torch::NoGradGuard no_gradient;
  const auto batch_of = [](std::vector<std::int64_t> ids) {
    packed::PackedBatch batch;
    batch.tokens = torch::tensor(ids, torch::kInt64);
    batch.cu_seqlens = torch::tensor({0, static_cast<std::int32_t>(ids.size())}, torch::kInt32);
    batch.position_ids = torch::arange(batch.tokens.size(0));
    batch.segment_ids = torch::zeros_like(batch.tokens);
    return batch;
  };
  std::vector<std::int64_t> read = {model->config().decoder_start_token_id};
  read.insert(read.end(), target.begin(), target.end());
  const auto packed = batch_of(source);
  const model::Memory memory{model->encode(packed), packed.cu_seqlens};
  model::ForwardOptions options;
  options.memory = &memory;
  return torch::log_softmax(
      model->logits(model->decode(batch_of(read), options)).to(torch::kDouble), -1);
}

}  // namespace roformer::generate
