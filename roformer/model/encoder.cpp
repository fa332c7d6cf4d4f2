#include "roformer/model/encoder.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/block.h"
#include "roformer/model/initialize.h"
#include "roformer/model/int8_weights.h"
#include "roformer/model/norm.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/position/position_encoding.h"
#include "roformer/product/few_rows.h"

namespace roformer::model {
namespace {

using torch::Tensor;

void require_ids_below(const Tensor& ids, std::int64_t limit, const char* what, const char* key) {
  if (ids.numel() == 0) return;
  const auto [low, high] = torch::aminmax(ids);
  const auto least = low.item<std::int64_t>(), most = high.item<std::int64_t>();
  base::require(least >= 0 && most < limit,
                "[model] expected {} ids in 0 .. {} ({}) but got {} at token {}", what, limit - 1,
                key, least < 0 ? least : most,
                (least < 0 ? ids.argmin() : ids.argmax()).item<std::int64_t>());
}

void require_positions(const Tensor& position_ids) {
  const auto token = packed::first_too_far(position_ids);
  if (!token) return;
  base::fail("[model] expected position_ids within ±2^53 but got {} at token {}",
             position_ids[*token].item<std::int64_t>(), *token);
}

bool one_token_each(const Tensor& cu_seqlens) {
  const auto* const offsets = cu_seqlens.const_data_ptr<std::int32_t>();
  for (std::int64_t b = 0; b < cu_seqlens.size(0); ++b) {
    if (offsets[b] != b) return false;
  }
  return true;
}

}  // namespace

position::EncodingOptions encoding_options(const EncoderConfig& config) {
  position::EncodingOptions options;
  options.settings = config.encoding;
  options.vocab_size = config.vocab_size;
  options.embedding_size = config.embedding_size;
  options.hidden_size = config.hidden_size;
  options.head_size = config.head_size();
  options.num_heads = config.num_attention_heads;
  options.num_layers = config.num_hidden_layers;
  options.max_positions = config.max_position_embeddings;
  options.causal = config.is_decoder;
  options.feature_size = config.turning_features();
  return options;
}

struct EncoderImpl::Parts {
  torch::nn::Embedding words{nullptr}, types{nullptr};
  std::shared_ptr<position::PositionEncoding> encoding;
  Norm norm{nullptr};
  Linear projection{nullptr};  // only if embedding_size != hidden_size
  std::vector<Block> blocks;
};

EncoderImpl::EncoderImpl(const EncoderConfig& config)
    : EncoderImpl(config, torch::nn::Embedding(nullptr)) {}

EncoderImpl::EncoderImpl(const EncoderConfig& config, torch::nn::Embedding shared)
    : config_(config), parts_(std::make_shared<Parts>()) {
  validate(config);
  auto embeddings = register_module("embeddings", std::make_shared<NamedGroup>());
  const bool has_own_words = shared.is_empty();
  parts_->words =
      has_own_words
          ? embeddings->add("word_embeddings", new_table(config.vocab_size, config.embedding_size))
          : std::move(shared);
  if (config.type_vocab_size > 0)
    parts_->types = embeddings->add("token_type_embeddings",
                                    new_table(config.type_vocab_size, config.embedding_size));
  parts_->encoding =
      embeddings->add("position_embeddings", position::make_encoding(encoding_options(config)));
  if (config.embedding_norm)
    parts_->norm = embeddings->add("LayerNorm", Norm(config.embedding_size, config));
  if (config.embedding_size != config.hidden_size) {
    parts_->projection =
        register_module("embeddings_project", Linear(config.embedding_size, config.hidden_size));
  }
  auto stack = register_module("encoder", std::make_shared<NamedGroup>());
  auto layers = stack->add("layer", std::make_shared<NamedGroup>());
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    parts_->blocks.push_back(layers->add(std::to_string(i), Block(config)));
  }
  if (!has_own_words || format::weights_are_blank()) return;
  weights_seed_ = new_weights_seed();
  initialize(*this, "", config, weights_seed_);
  const torch::NoGradGuard no_gradient;
  parts_->words->weight[config.pad_token_id].zero_();
}

void EncoderImpl::begin_update(std::int64_t update, std::uint64_t seed) {
  parts_->encoding->begin_update(update);
  for (std::size_t i = 0; i < parts_->blocks.size(); ++i)
    parts_->blocks[i]->begin_update(update, base::derive(seed, i));
}

std::vector<Tensor> EncoderImpl::memory_of(const Tensor& hidden) const {
  std::vector<Tensor> memory;
  for (const Block& block : parts_->blocks) memory.push_back(block->memory_of(hidden));
  return memory;
}

Tensor EncoderImpl::word_embeddings() const {
  return parts_->words->weight;
}

void EncoderImpl::hold_words(const product::Int8Values& values) {
  hold_int8(*parts_->words, parts_->words->weight, values);
  int8_words_ = values;
}

void EncoderImpl::widen_words() {
  Tensor& words = parts_->words->weight;
  if (words.scalar_type() == torch::kInt8) words.set_data(product::widen_weight(int8_words_));
  int8_words_ = {};
}

Tensor EncoderImpl::look_up_words(const Tensor& ids) const {
  const Tensor& words = parts_->words->weight;
  if (words.scalar_type() == torch::kInt8) return product::widen_rows(int8_words_, ids);
  return torch::embedding(words, ids, config_.pad_token_id);
}

Tensor EncoderImpl::sum_of_embeddings(const packed::PackedBatch& batch) const {
  require_ids_below(batch.tokens, config_.vocab_size, "token", "vocab_size");
  Tensor x = look_up_words(batch.tokens);
  if (config_.scale_embeddings) x = x * std::sqrt(static_cast<double>(config_.hidden_size));
  if (parts_->types.is_empty()) return x;
  require_ids_below(batch.segment_ids, config_.type_vocab_size, "segment", "type_vocab_size");
  return x + torch::embedding(parts_->types->weight, batch.segment_ids);
}

Tensor EncoderImpl::embed(const packed::PackedBatch& batch, const position::Positions& positions,
                          std::uint64_t dropout_seed) {
  Tensor x = parts_->encoding->embed(sum_of_embeddings(batch), batch.tokens, positions);
  if (!parts_->norm.is_empty()) x = parts_->norm(x);
  if (is_training()) x = dropout(x, {config_.hidden_dropout_prob, dropout_seed});
  return parts_->projection.is_empty() ? x : parts_->projection(x);
}

std::vector<attention::Span> EncoderImpl::spans_of(const packed::PackedBatch& batch,
                                                   const ForwardOptions& options) const {
  const bool is_linear = config_.attention == "linear";
  base::require(
      !is_linear || (!options.cache && !options.prefix_lengths.defined()),
      "[model] expected a recurrent state for linear attention but got a cache of keys or "
      "a prefix");
  base::require(is_linear || options.state == nullptr,
                "[model] expected linear attention for a recurrent state but got softmax");
  const Tensor prefix = options.prefix_lengths, keys = batch.num_keys;
  base::require(config_.is_decoder || prefix.defined() || (!options.cache && !options.state),
                "[model] expected is_decoder or prefix_lengths for a cache but got an encoder, "
                "whose tokens all see each other");
  if (options.cache != nullptr) {
    return options.cache->extend(batch.cu_seqlens, batch.position_ids, prefix);
  }
  auto spans = attention::self_spans(batch.cu_seqlens, batch.num_tokens(),
                                     config_.is_decoder || prefix.defined()
                                         ? attention::Visibility::causal
                                         : attention::Visibility::two_sided);
  for (std::size_t b = 0; b < spans.size(); ++b) {
    const auto row = static_cast<std::int64_t>(b);
    if (prefix.defined()) spans[b].prefix = prefix[row].item<std::int64_t>();
    if (keys.defined()) spans[b].num_keys = keys[row].item<std::int64_t>();
  }
  return spans;
}

bool EncoderImpl::serves_few(const packed::PackedBatch& batch,
                             const ForwardOptions& options) const {
  const std::int64_t tokens = batch.num_tokens();
  return options.few != nullptr && options.trace == nullptr && !is_training() &&
         !torch::GradMode::is_enabled() && (options.cache != nullptr || options.state != nullptr) &&
         tokens <= product::kMostFewRows && tokens == batch.num_sequences() &&
         one_token_each(batch.cu_seqlens) && parts_->words->weight.device().is_cpu() &&
         parts_->encoding->token_rotation() &&
         std::ranges::all_of(parts_->blocks,
                             [](const Block& block) { return block->serves_few(); });
}

Tensor EncoderImpl::forward_few(const packed::PackedBatch& batch, const ForwardOptions& options) {
  FewTokens& few = *options.few;
  BlockContext context;
  context.encoding = parts_->encoding.get();
  context.positions = parts_->encoding->token_rotation()->turns()
                          ? position::Positions{batch.position_ids, {}}
                          : parts_->encoding->prepare_batch(batch, torch::kFloat32);
  const Tensor x = embed(batch, context.positions, 0);
  context.spans = spans_of(batch, options);
  context.cache = options.cache;
  context.state = options.state;
  context.memory = options.memory;
  few.begin(*parts_->encoding,
            {batch.position_ids.const_data_ptr<std::int64_t>(),
             static_cast<std::size_t>(batch.num_tokens())},
            x);
  for (std::size_t i = 0; i < parts_->blocks.size(); ++i) {
    context.layer = static_cast<std::int64_t>(i);
    parts_->blocks[i]->forward_few(few, context);
  }
  Tensor result = torch::empty({batch.num_tokens(), config_.hidden_size});
  std::copy_n(few.x.data(), result.numel(), result.data_ptr<float>());
  return options.rows.defined() ? result.index_select(0, options.rows) : result;
}

Tensor EncoderImpl::forward(const packed::PackedBatch& batch, const ForwardOptions& options) {
  if (serves_few(batch, options)) return forward_few(batch, options);
  BlockContext context;
  context.encoding = parts_->encoding.get();
  require_positions(batch.position_ids);
  const Tensor& words = parts_->words->weight;
  context.positions = parts_->encoding->prepare_batch(
      batch, words.is_floating_point() ? words.scalar_type() : torch::kFloat32);
  context.training = is_training();
  Tensor x = embed(batch, context.positions, base::derive(options.dropout_seed, 0));
  context.spans = spans_of(batch, options);
  context.cache = options.cache;
  context.state = options.state;
  Memory memory;
  if (options.memory != nullptr) {
    memory = *options.memory;
    if (memory.spans.empty())
      memory.spans = attention::cross_spans(batch.cu_seqlens, batch.num_tokens(), memory.cu_seqlens,
                                            memory.hidden.size(0));
    context.memory = &memory;
  }
  EncoderTrace* const trace = options.trace;
  const bool wants_states = trace != nullptr && trace->want_hidden_states;
  const bool wants_attentions = trace != nullptr && trace->want_attentions;
  if (wants_states) trace->hidden_states.push_back(x);
  bool selected = false;
  for (std::size_t i = 0; i < parts_->blocks.size(); ++i) {
    context.layer = static_cast<std::int64_t>(i);
    context.dropout_seed = base::derive(options.dropout_seed, i + 1);
    if (wants_attentions) context.attentions = &trace->attentions.emplace_back();
    if (wants_attentions && context.memory != nullptr)
      context.cross_attentions = &trace->cross_attentions.emplace_back();
    if (i + 1 == parts_->blocks.size() && !wants_states && options.rows.defined()) {
      context.rows = options.rows;
      selected = true;
    }
    x = parts_->blocks[i](x, context);
    if (wants_states) trace->hidden_states.push_back(x);
  }
  if (options.rows.defined() && !selected) x = x.index_select(0, options.rows);
  return x;
}

}  // namespace roformer::model
