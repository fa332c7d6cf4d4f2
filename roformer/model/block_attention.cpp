#include "roformer/model/block_attention.h"

#include <torch/nn/module.h>

#include <cmath>

#include "roformer/attention/feature_attention.h"
#include "roformer/attention/packed_attention.h"
#include "roformer/base/error.h"

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

position::Projections SelfAttentionImpl::projections() const {
  const auto weights = qkv_->wide_weight().chunk(3, 0);
  if (!qkv_->bias.defined()) return {weights[0], {}, weights[1], {}};
  const auto biases = qkv_->bias.chunk(3, 0);
  return {weights[0], biases[0], weights[1], biases[1]};
}

Tensor SelfAttentionImpl::attend(const Tensor& qkv, const BlockContext& context) const {
  const position::PositionEncoding& encoding = *context.encoding;
  const auto options = attention_options(encoding.score_divisor(head_size_), dropout_,
                                         DropoutSite::attention_weights, context);
  const bool plain =
      !encoding.acts_on_scores() && !encoding.acts_on_values() && context.attentions == nullptr;
  if (plain && context.cache == nullptr)
    return attention::packed_self_attention(qkv, context.spans, options);
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

CrossAttentionImpl::CrossAttentionImpl(const EncoderConfig& config)
    : heads_(config.num_attention_heads),
      head_size_(config.head_size()),
      dropout_(config.attention_probs_dropout_prob),
      query_(register_module("query", make_product(config.hidden_size, config))),
      kv_(register_module("kv", make_fused_product(2, config))) {}

// Once a sequence where there is a cache, else once a pass.
Tensor CrossAttentionImpl::keys_and_values(const BlockContext& context) {
  const Tensor& hidden = context.memory->hidden;
  if (context.cache != nullptr) {
    Tensor kept = context.cache->memory(context.layer);
    if (kept.defined()) return kept;
  }
  Tensor kv = kv_->forward(hidden, {hidden.size(0), 2, heads_, head_size_});
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

}  // namespace roformer::model
