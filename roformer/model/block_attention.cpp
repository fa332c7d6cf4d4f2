#include "roformer/model/block_attention.h"

#include <torch/nn/module.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "roformer/attention/feature_attention.h"
#include "roformer/attention/packed_attention.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/packed/wide_type.h"
#include "roformer/rope/rotation_kernel.h"

namespace roformer::model {
namespace {

using torch::Tensor;

Linear make_product(std::int64_t out, const EncoderConfig& config) {
  return Linear(config.hidden_size, out, config.use_bias);
}

// Queries, keys and values, or the latter two: rows below each other in one product.
Linear make_fused_product(std::int64_t parts, const EncoderConfig& config) {
  Linear product = make_product(parts * config.hidden_size, config);
  product->weigh_inputs_by((parts - 1) * config.hidden_size);
  return product;
}

attention::AttentionOptions attention_options(double divisor, double dropout, DropoutSite site,
                                              const BlockContext& context) {
  return {1 / divisor, context.training ? dropout : 0, site_seed(context.dropout_seed, site)};
}

attention::AttentionTerms terms_of(const BlockContext& context,
                                   const position::Projections& projections) {
  const position::PositionEncoding& encoding = *context.encoding;
  const std::int64_t layer = context.layer;
  const bool training = context.training;
  const std::uint64_t seed = site_seed(context.dropout_seed, DropoutSite::position_embeddings);
  attention::AttentionTerms terms;
  if (encoding.acts_on_scores()) {
    terms.score_bias = [&encoding, projections, layer, training, seed](
                           const Tensor& q, const Tensor& k, const Tensor& m, const Tensor& n) {
      return encoding.score_bias({q, k, m, n, layer, projections, training, seed});
    };
  }
  if (encoding.acts_on_values()) {
    terms.value_term = [&encoding, layer](const Tensor& weights, const Tensor& m, const Tensor& n) {
      return encoding.value_term({weights, m, n, layer});
    };
  }
  return terms;
}

// What the encoding adds as tables, if it can and the positions of each sequence follow each other.
std::optional<attention::PlacedTerms> placed_terms(const BlockContext& context,
                                                   const position::Projections& projections,
                                                   const Tensor& qkv) {
  const position::PositionEncoding& encoding = *context.encoding;
  const auto places = attention::consecutive_places(context.positions.ids, context.spans);
  if (!places) return std::nullopt;
  const auto range = attention::distance_range(context.spans, *places);
  std::int64_t end = 0;
  for (std::size_t b = 0; b < places->size(); ++b) {
    end = std::max({end, (*places)[b].first_query + context.spans[b].num_queries,
                    (*places)[b].first_key + context.spans[b].num_keys});
  }
  const auto terms = encoding.distance_terms(
      {torch::arange(range.least, range.least + range.count), end,
       qkv.options().dtype(packed::wide_type(qkv)), context.layer, projections, context.training,
       site_seed(context.dropout_seed, DropoutSite::position_embeddings)});
  if (!terms) return std::nullopt;
  const auto vectors = [](const position::DistanceTable& table) {
    return table.defined() ? table.by_distance() : Tensor();
  };
  return attention::PlacedTerms{
      {terms->numbers, vectors(terms->queries), vectors(terms->keys), vectors(terms->values),
       terms->shift, terms->query_rows, terms->key_rows},
      *places,
      range.least};
}

bool is_served_by_kernels(const Tensor& x) {
  return packed::is_float_on_cpu(x) || packed::is_half_on_cpu(x);
}

// Queries, keys and values of few.x, the first of them turned: qkv (rows, 3, heads, size), and room
// for the answers.
attention::TokenRows products_of(FewTokens& few, const LinearImpl& qkv, std::int64_t heads,
                                 std::int64_t size) {
  const std::int64_t rows = few.rows(), width = heads * size;
  float* const products = room_for(few.qkv, rows * 3 * width);
  qkv.forward_few(few.x.data(), rows, products, nullptr, few.helpers());
  const position::TokenRotation& rotation = few.rotation();
  base::with_isa([&](auto isa) {
    for (std::int64_t row = 0; rotation.parts > 0 && row < rows; ++row) {
      rope::RotationTask<float, float> task;
      float* const heads_of_row = products + row * 3 * width;
      task.source = {heads_of_row, 3 * width, size};
      task.target = {heads_of_row, 3 * width, size};
      task.cos = few.angles()[static_cast<std::size_t>(row)].cos;
      task.sin = few.angles()[static_cast<std::size_t>(row)].sin;
      task.heads = rotation.parts * heads;
      task.head_size = size;
      task.rotary_dim = few.rotary_dim();
      task.layout = rotation.layout;
      task.direction = rope::Direction::forward;
      rope::rotate_rows<isa()>(task, 0, 1);
    }
  });
  return {products,
          products + width,
          products + 2 * width,
          3 * width,
          room_for(few.attended, rows * width),
          heads,
          size};
}

}  // namespace

SelfAttentionImpl::SelfAttentionImpl(const EncoderConfig& config)
    : heads_(config.num_attention_heads),
      head_size_(config.head_size()),
      dropout_(config.attention_probs_dropout_prob),
      qkv_(register_module("qkv", make_fused_product(3, config))) {}

Tensor SelfAttentionImpl::forward(const Tensor& x, const BlockContext& context) {
  const Tensor qkv = qkv_->forward(x, {x.size(0), 3, heads_, head_size_});
  return attend(context.encoding->transform_packed(qkv, context.positions, context.layer), context)
      .flatten(1);
}

const float* SelfAttentionImpl::forward_few(FewTokens& few, const BlockContext& context) const {
  const auto rows = products_of(few, *qkv_, heads_, head_size_);
  const std::int64_t width = rows.width();
  const auto kept = context.cache->rows(context.layer, heads_, head_size_);
  for (const attention::Span& span : context.spans) {
    const std::int64_t source = span.first_query * rows.stride,
                       target = (span.first_key + span.num_keys - 1) * width;
    std::copy_n(rows.k + source, width, kept.keys + target);
    std::copy_n(rows.v + source, width, kept.values + target);
  }
  attention::token_attention(rows, {kept.keys, kept.values, width}, context.spans,
                             1 / context.encoding->score_divisor(head_size_), few.work());
  return rows.out;
}

position::Projections SelfAttentionImpl::projections() const {
  const auto weights = qkv_->wide_weight().chunk(3, 0);
  if (!qkv_->bias.defined()) return {weights[0], {}, weights[1], {}};
  const auto biases = qkv_->bias.chunk(3, 0);
  return {weights[0], biases[0], weights[1], biases[1]};
}

Tensor SelfAttentionImpl::attend(const Tensor& qkv, const BlockContext& context) const {
  const position::PositionEncoding& encoding = *context.encoding;
  auto options = attention_options(encoding.score_divisor(head_size_), dropout_,
                                   DropoutSite::attention_weights, context);
  options.product = encoding.pair_product();
  const bool plain =
      !encoding.acts_on_scores() && !encoding.acts_on_values() && context.attentions == nullptr;
  if (plain && context.cache == nullptr)
    return attention::packed_self_attention(qkv, context.spans, options);
  if (context.cache == nullptr && context.attentions == nullptr && is_served_by_kernels(qkv)) {
    if (const auto terms = placed_terms(context, projections(), qkv))
      return attention::packed_self_attention(qkv, context.spans, options, *terms);
  }
  Tensor q = qkv.select(1, 0), k = qkv.select(1, 1), v = qkv.select(1, 2);
  if (context.cache != nullptr) {
    context.cache->write(context.layer, k, v);
    k = context.cache->keys(context.layer);
    v = context.cache->values(context.layer);
  }
  if (plain) return attention::packed_attention(q, k, v, context.spans, options);
  attention::AttentionTerms terms = terms_of(context, projections());
  terms.q_positions = context.positions.ids;
  terms.k_positions = context.cache == nullptr ? context.positions.ids
                                               : context.cache->positions().to(qkv.device());
  return attention::composed_attention(q, k, v, context.spans, options, terms, context.attentions);
}

LinearSelfAttentionImpl::LinearSelfAttentionImpl(const EncoderConfig& config)
    : heads_(config.num_attention_heads),
      head_size_(config.head_size()),
      qkv_(register_module("qkv", make_fused_product(3, config))),
      feature_map_(register_module("feature_map",
                                   attention::FeatureMap(config.linear, config.head_size()))) {}

Tensor LinearSelfAttentionImpl::forward(const Tensor& x, const BlockContext& context) {
  base::require(context.attentions == nullptr,
                "[model] expected no request for attention weights but linear attention was asked "
                "for them, which it never computes");
  const position::PositionEncoding& encoding = *context.encoding;
  const Tensor qkv = qkv_->forward(x, {x.size(0), 3, heads_, head_size_});
  const auto parts = encoding.transform_packed(qkv, context.positions, context.layer).unbind(1);
  attention::RecurrentLayer* const state =
      context.state == nullptr ? nullptr : &context.state->layer(context.layer);
  return attention::feature_attention(parts[0], parts[1], parts[2], context.spans, feature_map_,
                                      encoding.feature_rotation(context.positions), state)
      .flatten(1);
}

bool LinearSelfAttentionImpl::serves_few() const {
  const Tensor projection = feature_map_->projection();
  return qkv_->serves_few() && (!projection.defined() || (packed::is_float_on_cpu(projection) &&
                                                          projection.is_contiguous()));
}

const float* LinearSelfAttentionImpl::forward_few(FewTokens& few,
                                                  const BlockContext& context) const {
  const auto rows = products_of(few, *qkv_, heads_, head_size_);
  const bool turns = few.rotation().features;
  const std::vector<attention::TokenAngles> none(turns ? 0 : static_cast<std::size_t>(few.rows()));
  attention::token_linear_attention(rows, feature_map_->step(head_size_),
                                    turns ? few.angles() : std::span(none),
                                    context.state->layer(context.layer), few.work());
  return rows.out;
}

CrossAttentionImpl::CrossAttentionImpl(const EncoderConfig& config)
    : heads_(config.num_attention_heads),
      head_size_(config.head_size()),
      dropout_(config.attention_probs_dropout_prob),
      query_(register_module("query", make_product(config.hidden_size, config))),
      kv_(register_module("kv", make_fused_product(2, config))) {}

// Once a sequence where there is a cache, else once a pass.
Tensor CrossAttentionImpl::keys_and_values(const BlockContext& context) {
  if (context.cache != nullptr) {
    Tensor kept = context.cache->memory(context.layer);
    if (kept.defined()) return kept;
  }
  Tensor kv = keys_and_values_of(context.memory->hidden);
  if (context.cache != nullptr) context.cache->set_memory(context.layer, kv);
  return kv;
}

Tensor CrossAttentionImpl::forward(const Tensor& x, const BlockContext& context) {
  const Tensor q = query_->forward(x, {x.size(0), heads_, head_size_});
  const Tensor kv = keys_and_values(context);
  const Tensor k = kv.select(1, 0), v = kv.select(1, 1);
  const auto options = attention_options(std::sqrt(static_cast<double>(head_size_)), dropout_,
                                         DropoutSite::cross_attention_weights, context);
  const auto& spans = context.memory->spans;
  if (context.cross_attentions == nullptr)
    return attention::packed_attention(q, k, v, spans, options).flatten(1);
  return attention::composed_attention(q, k, v, spans, options, {}, context.cross_attentions)
      .flatten(1);
}

const float* CrossAttentionImpl::forward_few(FewTokens& few, const BlockContext& context) {
  const std::int64_t rows = few.rows(), width = heads_ * head_size_;
  const Tensor kv = keys_and_values(context);
  float* const queries = room_for(few.qkv, rows * width);
  query_->forward_few(few.x.data(), rows, queries, nullptr, few.helpers());
  attention::TokenRows tokens{
      queries, nullptr, nullptr, width, room_for(few.attended, rows * width), heads_, head_size_};
  const auto* const keys = kv.const_data_ptr<float>();
  attention::token_attention(tokens, {keys, keys + width, 2 * width}, context.memory->spans,
                             1 / std::sqrt(static_cast<double>(head_size_)), few.work());
  return tokens.out;
}

}  // namespace roformer::model
