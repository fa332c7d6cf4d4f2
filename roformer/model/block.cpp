#include "roformer/model/block.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/model/block_attention.h"
#include "roformer/model/initialize.h"

namespace roformer::model {
namespace {

using torch::Tensor;

Dropout dropout_at(DropoutSite site, double probability, const BlockContext& context) {
  return {context.training ? probability : 0, site_seed(context.dropout_seed, site)};
}

Tensor selected(const Tensor& x, const Tensor& rows) {
  return rows.defined() ? x.index_select(0, rows) : x;
}

}  // namespace

ResidualOutputImpl::ResidualOutputImpl(std::int64_t in, const EncoderConfig& config)
    : dense_(register_module("dense", Linear(in, config.hidden_size, config.use_bias))),
      norm_(register_module("LayerNorm", Norm(config.hidden_size, config))) {}

BlockImpl::BlockImpl(const EncoderConfig& config)
    : dropout_(config.hidden_dropout_prob),
      activation_(parse_activation(config.hidden_act)),
      attention_output_(config.hidden_size, config),
      intermediate_(config.hidden_size, config.intermediate_size, config.use_bias),
      output_(config.intermediate_size, config) {
  auto attention = register_module("attention", std::make_shared<NamedGroup>());
  if (config.attention == "linear") {
    linear_attention_ = attention->add("self", LinearSelfAttention(config));
  } else {
    attention_ = attention->add("self", SelfAttention(config));
  }
  attention->add("output", attention_output_);
  if (config.add_cross_attention) {
    auto cross = register_module("crossattention", std::make_shared<NamedGroup>());
    cross_attention_ = cross->add("self", CrossAttention(config));
    cross_output_ = cross->add("output", ResidualOutput(config.hidden_size, config));
  }
  register_module("intermediate", std::make_shared<NamedGroup>())->add("dense", intermediate_);
  register_module("output", output_);
}

Tensor BlockImpl::look_at_memory(const Tensor& x, const BlockContext& context) {
  base::require(!cross_attention_.is_empty(),
                "[model] expected a decoder with add_cross_attention for an encoder's states but "
                "got one without");
  return cross_output_(cross_attention_(x, context), x,
                       dropout_at(DropoutSite::cross_attention_output, dropout_, context));
}

Tensor BlockImpl::feed_forward(const Tensor& x, const BlockContext& context) {
  const Tensor inner = intermediate_->activated(x, activation_);
  return output_(inner, x, dropout_at(DropoutSite::output, dropout_, context));
}

void ResidualOutputImpl::forward_few(const float* x, FewTokens& few) const {
  const std::int64_t rows = few.rows(), size = dense_->weight.size(0);
  float* const dense = room_for(few.dense, rows * size);
  dense_->forward_few(x, rows, dense, nullptr, few.helpers());
  norm_->forward_few(dense, few.x.data(), few.other.data(), rows, size);
  std::swap(few.x, few.other);
}

bool BlockImpl::serves_few() const {
  return (attention_.is_empty() ? linear_attention_->serves_few() : attention_->serves_few()) &&
         (cross_attention_.is_empty() ||
          (cross_attention_->serves_few() && cross_output_->serves_few())) &&
         attention_output_->serves_few() && intermediate_->serves_few() && output_->serves_few();
}

void BlockImpl::forward_few(FewTokens& few, const BlockContext& context) {
  const float* const attended = attention_.is_empty() ? linear_attention_->forward_few(few, context)
                                                      : attention_->forward_few(few, context);
  attention_output_->forward_few(attended, few);
  if (context.memory != nullptr)
    cross_output_->forward_few(cross_attention_->forward_few(few, context), few);
  float* const inner = room_for(few.inner, few.rows() * intermediate_->weight.size(0));
  intermediate_->forward_few(few.x.data(), few.rows(), inner, &activation_, few.helpers());
  output_->forward_few(inner, few);
}

void BlockImpl::begin_update(std::int64_t update, std::uint64_t seed) {
  if (!linear_attention_.is_empty()) linear_attention_->begin_update(update, seed);
}

Tensor BlockImpl::forward(const Tensor& input, const BlockContext& context) {
  const Tensor x = context.encoding->enter_block(input, context.positions, context.layer);
  const Dropout dropout = dropout_at(DropoutSite::attention_output, dropout_, context);
  const Tensor attended =
      attention_.is_empty() ? linear_attention_(x, context) : attention_(x, context);
  if (context.memory != nullptr) {
    const Tensor seen = look_at_memory(attention_output_(attended, x, dropout), context);
    return feed_forward(selected(seen, context.rows), context);
  }
  const Tensor rows =
      attention_output_(selected(attended, context.rows), selected(x, context.rows), dropout);
  return feed_forward(rows, context);
}

}  // namespace roformer::model
