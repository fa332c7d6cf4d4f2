#include "roformer/attention/feature_map.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/format/blank_weights.h"
#include "roformer/packed/wide_type.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

constexpr double elu_epsilon = 1e-6;    // fast-transformers, and performer-pytorch's denominator
constexpr double favor_epsilon = 1e-4;  // performer-pytorch and the JAX function
constexpr double relu_epsilon = 1e-3;   // performer-pytorch

// The floor keeps running sums above 0, which φ(q) of `shen` is divided by.
Tensor bounded_exponential(const Tensor& x) {
  return x.clamp(-largest_key_exponent, largest_key_exponent).exp();
}

// The largest number of each sequence and head over its keys and their features: x (N, H, F) →
// (N, H, 1), no gradient.
Tensor largest_of_sequences(const Tensor& x, const std::vector<Span>& spans) {
  const torch::NoGradGuard no_gradient;
  Tensor largest = x.detach().amax(-1, true);
  for (const Span& span : spans) {
    if (span.num_keys == 0) continue;
    Tensor rows = largest.narrow(0, span.first_key, span.num_keys);
    rows.copy_(rows.amax(0, true).expand_as(rows));
  }
  return largest;
}

Tensor softmax_over_positions(const Tensor& k, const std::vector<Span>& spans) {
  std::vector<Tensor> parts;
  for (const Span& span : spans)
    parts.push_back(torch::softmax(k.narrow(0, span.first_key, span.num_keys), 0));
  return parts.empty() ? k : torch::cat(parts, 0);
}

// Sums of x (N, H, F) over the positions up to each, with those of `state` before.
Tensor running_sums(const Tensor& x, const std::vector<Span>& spans, const RecurrentLayer* state) {
  std::vector<Tensor> parts;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    Tensor sums = x.narrow(0, spans[b].first_key, spans[b].num_keys).cumsum(0);
    if (state != nullptr && state->denominator.defined())
      sums = sums + state->denominator[static_cast<std::int64_t>(b)];
    parts.push_back(sums);
  }
  return parts.empty() ? x : torch::cat(parts, 0);
}

}  // namespace

Tensor orthogonal_features(std::int64_t num_features, std::int64_t head_size, std::uint64_t seed) {
  const auto generator = at::detail::createCPUGenerator(seed);
  const auto normal = [&](std::int64_t rows) {
    return torch::randn({rows, head_size}, generator, torch::kFloat64);
  };
  std::vector<Tensor> blocks;
  for (std::int64_t begin = 0; begin < num_features; begin += head_size) {
    // The signs make Q uniform over all rotations: as Householder's algorithm leaves it, the first
    // number of the first row is never positive, and the estimate of the kernel is biased (so it is
    // in performer-pytorch).
    const auto [q, r] = torch::linalg_qr(normal(head_size));
    const Tensor rows = (q * r.diagonal().sign()).t();
    blocks.push_back(rows.slice(0, 0, std::min(head_size, num_features - begin)));
  }
  const Tensor lengths = normal(num_features).norm(2, {1}, true);
  return (torch::cat(blocks, 0) * lengths).to(torch::kFloat32);
}

FeatureMapImpl::FeatureMapImpl(const LinearSettings& settings, std::int64_t head_size)
    : settings_(settings) {
  validate(settings_);
  if (!draws_features(settings_)) return;
  const std::int64_t rows = attention::feature_size(settings_, head_size);
  projection_ = register_buffer("projection", format::new_weight({rows, head_size}));
}

void FeatureMapImpl::draw(std::uint64_t seed) {
  if (!projection_.defined()) return;
  const torch::NoGradGuard no_gradient;
  projection_.copy_(orthogonal_features(projection_.size(0), projection_.size(1), seed));
}

void FeatureMapImpl::begin_update(std::int64_t update, std::uint64_t seed) {
  const std::int64_t interval = settings_.redraw_interval;
  if (interval == 0 || update == 0 || update % interval != 0) return;
  draw(base::derive(seed, static_cast<std::uint64_t>(update / interval)) >> 1);
}

LinearOptions FeatureMapImpl::options() const {
  return {elu_epsilon, settings_.feature_map != "shen"};
}

double FeatureMapImpl::epsilon() const {
  return is_favor() ? favor_epsilon : relu_epsilon;
}

RecurrentStep FeatureMapImpl::step(std::int64_t head_size) const {
  RecurrentStep step;
  if (is_random()) {
    step.map = is_favor() ? StepMap::favor : StepMap::relu;
    step.projection = projection_.const_data_ptr<float>();
    step.feature_epsilon = static_cast<float>(epsilon());
  } else if (settings_.feature_map != "elu") {
    step.map = settings_.feature_map == "shen" ? StepMap::shen : StepMap::shen_exp;
  }
  step.head_size = head_size;
  step.features = feature_size(head_size);
  step.epsilon = static_cast<float>(options().epsilon);
  return step;
}

namespace {

// w · x of the scaled rows: x (N, H, D) → (N, H, m).
Tensor random_products(const Tensor& x, const Tensor& projection) {
  const double scale = std::pow(static_cast<double>(x.size(2)), -0.25);
  return torch::matmul(x * scale, projection.to(x.scalar_type()).t());
}

// |x|² / 2 of the scaled rows: x (N, H, D) → (N, H, 1).
Tensor half_square(const Tensor& x) {
  return x.square().sum(-1, true) * (0.5 / std::sqrt(static_cast<double>(x.size(2))));
}

Tensor relu_features(const Tensor& products) {
  return torch::relu(products) + relu_epsilon;
}

Tensor favor_features(const Tensor& exponent) {
  const double share = 1 / std::sqrt(static_cast<double>(exponent.size(-1)));
  return (exponent.exp() + favor_epsilon) * share;
}

}  // namespace

Tensor random_query_features(const Tensor& q, const Tensor& projection, RandomMap map) {
  const Tensor products = random_products(q, projection);
  if (map == RandomMap::relu) return relu_features(products);
  return favor_features(products - half_square(q) - products.detach().amax(-1, true));
}

Tensor random_key_features(const Tensor& k, const Tensor& projection, RandomMap map) {
  const Tensor products = random_products(k, projection);
  if (map == RandomMap::relu) return relu_features(products);
  return favor_features((products - half_square(k)).clamp_max(largest_key_exponent));
}

Tensor FeatureMapImpl::queries(const Tensor& q) const {
  if (settings_.feature_map == "elu") return torch::elu(q) + 1;
  if (is_random()) return random_query_features(q, projection_, random_map());
  return torch::softmax(q, -1);
}

Tensor FeatureMapImpl::keys(const Tensor& k, const std::vector<Span>& spans) const {
  if (settings_.feature_map == "elu") return torch::elu(k) + 1;
  const bool back = looks_back(spans);
  if (is_favor() && !back) {
    const Tensor products = random_products(k, projection_);
    return favor_features(products - half_square(k) - largest_of_sequences(products, spans));
  }
  if (is_random()) return random_key_features(k, projection_, random_map());
  if (back) return bounded_exponential(k);
  return settings_.feature_map == "shen" ? softmax_over_positions(k, spans)
                                         : (k - largest_of_sequences(k, spans)).exp();
}

LinearInputs FeatureMapImpl::map(const Tensor& q, const Tensor& k, const Tensor& v,
                                 const std::vector<Span>& spans,
                                 const RecurrentLayer* state) const {
  const packed::AutocastPause no_autocast;
  Tensor mapped_q = queries(packed::widened(q));
  const Tensor mapped_k = keys(packed::widened(k), spans);
  if (settings_.feature_map == "shen" && looks_back(spans))
    mapped_q = mapped_q / running_sums(mapped_k, spans, state);
  return {mapped_q, mapped_k, mapped_q, mapped_k, v};
}

}  // namespace roformer::attention
