// Eq. 18 and 19 in LibTorch's operators.
#include <torch/nn/modules/linear.h>

#include "roformer/attention/linear_attention.h"
#include "roformer/attention/span.h"
#include "roformer/base/error.h"
#include "roformer/packed/wide_type.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// Tokens whose pairs are computed at once: wide enough for matrix products, narrow beside T.
constexpr std::int64_t composed_chunk = 128;

// The inputs of a group of G sequences: (G, H, T, ·) each.
LinearInputs group_inputs(const LinearInputs& inputs, const SpanGroup& group) {
  const auto queries = [&](const Tensor& x) {
    return heads_of(x, group.span.first_query, group.size, group.span.num_queries);
  };
  const auto keys = [&](const Tensor& x) {
    return heads_of(x, group.span.first_key, group.size, group.span.num_keys);
  };
  return {queries(inputs.q), keys(inputs.k), queries(inputs.q_norm), keys(inputs.k_norm),
          keys(inputs.v)};
}

Tensor divided(const Tensor& numerator, const Tensor& denominator, const LinearOptions& options) {
  return options.normalizes ? numerator / (denominator.unsqueeze(-1) + options.epsilon) : numerator;
}

Tensor two_sided(const LinearInputs& x, const LinearOptions& options) {
  const Tensor sums = torch::matmul(x.k.transpose(-1, -2), x.v);  // (G, H, F, D)
  const Tensor denominator = (x.q_norm * x.k_norm.sum(-2, true)).sum(-1);
  return divided(torch::matmul(x.q, sums), denominator, options);
}

// The sums over the keys so far, of a group.
struct RunningSums {
  Tensor numerator;    // (G, H, F, D)
  Tensor denominator;  // (G, H, F)
};

Tensor causal(const LinearInputs& x, const LinearOptions& options, RunningSums& sums) {
  std::vector<Tensor> outputs;
  for (std::int64_t begin = 0; begin < x.q.size(2); begin += composed_chunk) {
    const auto chunk = [&](const Tensor& y) { return y.slice(2, begin, begin + composed_chunk); };
    const Tensor q = chunk(x.q), k = chunk(x.k), v = chunk(x.v);
    const Tensor within = torch::matmul(q, k.transpose(-1, -2)).tril();
    const Tensor numerator = torch::matmul(within, v) + torch::matmul(q, sums.numerator);
    const Tensor running = chunk(x.k_norm).cumsum(2) + sums.denominator.unsqueeze(2);
    outputs.push_back(divided(numerator, (chunk(x.q_norm) * running).sum(-1), options));
    sums.numerator = sums.numerator + torch::matmul(k.transpose(-1, -2), v);
    sums.denominator = running.select(2, running.size(2) - 1);
  }
  return torch::cat(outputs, 2);
}

RunningSums first_sums(const LinearInputs& x, const SpanGroup& group, const RecurrentLayer* state) {
  const std::int64_t heads = x.q.size(1), features = x.q.size(3), size = x.v.size(3);
  if (state == nullptr || !state->numerator.defined()) {
    return {torch::zeros({group.size, heads, features, size}, x.v.options()),
            torch::zeros({group.size, heads, x.q_norm.size(3)}, x.v.options())};
  }
  return {state->numerator.narrow(0, group.first, group.size),
          state->denominator.narrow(0, group.first, group.size)};
}

}  // namespace

bool looks_back(const std::vector<Span>& spans) {
  bool back = false, both = false;
  for (const Span& span : spans) {
    if (span.num_queries == 0) continue;
    const bool is_causal = span.prefix == 0 && span.offset == 0 &&
                           span.first_query == span.first_key && span.num_queries == span.num_keys;
    (is_causal ? back : both) = true;
    base::require(
        is_causal || span.prefix >= span.num_keys,
        "[attention] expected two-sided or causal self-attention for linear attention but "
        "got a prefix of {} of {} keys",
        span.prefix, span.num_keys);
  }
  base::require(!(back && both),
                "[attention] expected sequences that all look back or all look both ways but got "
                "some of each");
  return back;
}

LinearInputs widened(const LinearInputs& x) {
  LinearInputs wide{packed::widened(x.q), packed::widened(x.k), {}, {}, packed::widened(x.v)};
  wide.q_norm = x.q_norm.is_same(x.q) ? wide.q : packed::widened(x.q_norm);
  wide.k_norm = x.k_norm.is_same(x.k) ? wide.k : packed::widened(x.k_norm);
  return wide;
}

Tensor composed_linear_attention(const LinearInputs& given, const std::vector<Span>& spans,
                                 const LinearOptions& options, RecurrentLayer* state) {
  const bool back = looks_back(spans);
  const packed::AutocastPause no_autocast;
  const LinearInputs inputs = widened(given);
  std::vector<Tensor> outputs, numerators, denominators;
  for (const SpanGroup& group : groups_of_equal_length(spans)) {
    const LinearInputs x = group_inputs(inputs, group);
    RunningSums sums = first_sums(x, group, state);
    if (group.span.num_queries > 0) {
      const Tensor out = back ? causal(x, options, sums) : two_sided(x, options);
      outputs.push_back(out.transpose(1, 2).flatten(0, 1));
    }
    numerators.push_back(sums.numerator);
    denominators.push_back(sums.denominator);
  }
  if (state != nullptr && !numerators.empty())
    *state = {torch::cat(numerators, 0), torch::cat(denominators, 0)};
  if (outputs.empty()) return torch::zeros_like(given.v);
  return torch::cat(outputs, 0).to(given.v.scalar_type());
}

}  // namespace roformer::attention
