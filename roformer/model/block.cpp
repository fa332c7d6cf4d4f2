#include "roformer/model/block.h"

#include <torch/torch.h>

#include "roformer/attention/composed_attention.h"
#include "roformer/attention/packed_attention.h"
#include "roformer/base/random.h"
#include "roformer/model/activation.h"
#include "roformer/model/linear.h"

namespace roformer::model {
namespace {

using torch::Tensor;

// The three places in a block where something is dropped; each draws its own mask.
enum class DropoutSite : std::uint64_t { attention_weights = 1, attention_output = 2, output = 3 };

std::uint64_t site_seed(const BlockContext& context, DropoutSite site) {
  return base::derive(context.dropout_seed, static_cast<std::uint64_t>(site));
}

}  // namespace

torch::nn::LayerNorm make_norm(std::int64_t size, const EncoderConfig& config) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({size}).eps(config.layer_norm_eps));
}

void initialize(torch::nn::Module& module, const EncoderConfig& config) {
  const torch::NoGradGuard no_gradient;
  for (auto& parameter : module.named_parameters()) {
    const std::string& name = parameter.key();
    if (name.ends_with("bias")) {
      parameter.value().zero_();
    } else if (name.find("LayerNorm") != std::string::npos) {
      parameter.value().fill_(1);
    } else {
      parameter.value().normal_(0, config.initializer_range);
    }
  }
}

ResidualOutputImpl::ResidualOutputImpl(std::int64_t in, const EncoderConfig& config)
    : dense_(register_module("dense", torch::nn::Linear(in, config.hidden_size))),
      norm_(register_module("LayerNorm", make_norm(config.hidden_size, config))) {}

Tensor ResidualOutputImpl::forward(const Tensor& x, const Tensor& residual,
                                   const Dropout& dropout) {
  return residual_norm(linear(x, dense_->weight, dense_->bias), residual, norm_->weight,
                       norm_->bias, norm_->options.eps(), dropout);
}

SelfAttentionImpl::SelfAttentionImpl(const EncoderConfig& config)
    : heads_(config.num_attention_heads),
      head_size_(config.head_size()),
      dropout_(config.attention_probs_dropout_prob),
      qkv_(register_module("qkv", torch::nn::Linear(config.hidden_size, 3 * config.hidden_size))) {}

Tensor SelfAttentionImpl::forward(const Tensor& x, const BlockContext& context) {
  const Tensor qkv = linear(x, qkv_->weight, qkv_->bias, {x.size(0), 3, heads_, head_size_});
  return attend(context.encoding->transform_packed(qkv, context.positions), context).flatten(1);
}

Tensor SelfAttentionImpl::attend(const Tensor& qkv, const BlockContext& context) const {
  const position::PositionEncoding& encoding = *context.encoding;
  attention::AttentionOptions options;
  options.scale = 1 / encoding.score_divisor(head_size_);
  options.dropout = context.training ? dropout_ : 0;
  options.dropout_seed = site_seed(context, DropoutSite::attention_weights);
  const bool plain =
      !encoding.acts_on_scores() && !encoding.acts_on_values() && context.attentions == nullptr;
  if (plain) return attention::packed_self_attention(qkv, context.cu_seqlens, options);
  attention::AttentionTerms terms;
  if (encoding.acts_on_scores()) {
    terms.score_bias = [&](const Tensor& q, const Tensor& k, const Tensor& m, const Tensor& n) {
      return encoding.score_bias(q, k, m, n);
    };
  }
  if (encoding.acts_on_values()) {
    terms.value_term = [&](const Tensor& weights, const Tensor& m, const Tensor& n) {
      return encoding.value_term(weights, m, n);
    };
  }
  const auto parts = qkv.unbind(1);
  return attention::composed_attention(parts[0], parts[1], parts[2], context.cu_seqlens,
                                       context.cu_seqlens, options, terms, context.positions.ids,
                                       context.positions.ids, context.attentions);
}

BlockImpl::BlockImpl(const EncoderConfig& config)
    : dropout_(config.hidden_dropout_prob),
      activation_(parse_activation(config.hidden_act)),
      attention_(config),
      attention_output_(config.hidden_size, config),
      intermediate_(config.hidden_size, config.intermediate_size),
      output_(config.intermediate_size, config) {
  auto attention = register_module("attention", std::make_shared<NamedGroup>());
  attention->add("self", attention_);
  attention->add("output", attention_output_);
  register_module("intermediate", std::make_shared<NamedGroup>())->add("dense", intermediate_);
  register_module("output", output_);
}

Tensor BlockImpl::forward(const Tensor& x, const BlockContext& context) {
  const auto dropout_at = [&](DropoutSite site) {
    return Dropout{context.training ? dropout_ : 0, site_seed(context, site)};
  };
  Tensor attended = attention_(x, context);
  Tensor residual = x;
  if (context.rows.defined()) {
    attended = attended.index_select(0, context.rows);
    residual = residual.index_select(0, context.rows);
  }
  const Tensor middle =
      attention_output_(attended, residual, dropout_at(DropoutSite::attention_output));
  const Tensor inner =
      linear_activation(middle, intermediate_->weight, intermediate_->bias, activation_);
  return output_(inner, middle, dropout_at(DropoutSite::output));
}

}  // namespace roformer::model
