#include "roformer/position/complex.h"

#include <torch/torch.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"

namespace roformer::position {
namespace {

using torch::Tensor;

constexpr double complex_base = 10000.0;

Tensor initial_frequencies(const EncodingOptions& options) {
  const std::int64_t width = options.embedding_size / 2;
  if (options.settings.complex_frequencies == "word")
    return format::new_weight({options.vocab_size, 1},
                              [](Tensor& rows) { rows.fill_(1 / std::sqrt(complex_base)); });
  const Tensor exponents = torch::arange(width, torch::kFloat64) /
                           static_cast<double>(-std::max<std::int64_t>(width, 1));
  const Tensor row = torch::pow(complex_base, exponents).to(torch::kFloat32).unsqueeze(0);
  if (options.settings.complex_frequencies == "dimension") return row;
  return format::new_weight({options.vocab_size, width}, [&](Tensor& rows) { rows.copy_(row); });
}

// The rows of tokens in a table of all words, or its only row.
Tensor of_tokens(const Tensor& table, const Tensor& tokens, bool shared_by_words) {
  return shared_by_words ? table : torch::embedding(table, tokens);
}

struct Halves {
  Tensor real, imaginary;
};

Halves halves_of(const Tensor& x) {
  const auto parts = x.chunk(2, -1);
  return {parts[0], parts[1]};
}

}  // namespace

Tensor complex_wave(const Tensor& r, const Tensor& omega, const Tensor& theta, const Tensor& t) {
  // float64, as the sinusoid's angles: a late position's angle has many turns.
  Tensor angles = omega.to(torch::kFloat64) * t.to(torch::kFloat64).unsqueeze(-1);
  if (theta.defined()) angles = angles + theta;
  const auto type = r.scalar_type();
  return torch::cat({r * angles.cos().to(type), r * angles.sin().to(type)}, -1);
}

Tensor ComplexProduct::modulus() const {
  // Below this the slope is 0 instead of 0 / 0.
  constexpr double least = 1e-30;
  return (real * real + imaginary * imaginary).clamp_min(least).sqrt();
}

ComplexProduct conjugate_product(const Tensor& q, const Tensor& k) {
  const Halves a = halves_of(q);
  // Of k̄: q k̄ = q · (k_re, k_im) + i q · (−k_im, k_re), each a product over both parts.
  const Tensor turned = torch::cat({a.imaginary, -a.real}, -1);
  return {torch::matmul(q, k.transpose(-1, -2)), torch::matmul(turned, k.transpose(-1, -2))};
}

ComplexProduct plain_product(const Tensor& q, const Tensor& k) {
  const Halves b = halves_of(k);
  return conjugate_product(q, torch::cat({b.real, -b.imaginary}, -1));
}

ComplexEncoding::ComplexEncoding(const EncodingOptions& options) : form_(options.settings.form) {
  base::require(options.embedding_size % 2 == 0 && options.head_size % 2 == 0,
                "[position] expected an even embedding size and an even head size for complex "
                "numbers but got {} and {}",
                options.embedding_size, options.head_size);
  frequencies_ = register_parameter("frequencies", initial_frequencies(options));
  if (options.settings.complex_phase)
    phases_ = register_parameter(
        "phases", format::new_weight({options.vocab_size, options.embedding_size / 2},
                                     [](Tensor& phases) { phases.zero_(); }));
}

double ComplexEncoding::score_divisor(std::int64_t head_size) const {
  return std::sqrt(static_cast<double>(head_size) / 2);
}

Tensor ComplexEncoding::embed(const Tensor& x, const Tensor& tokens,
                              const Positions& positions) const {
  const Tensor omega = of_tokens(frequencies_, tokens, frequencies_.size(0) == 1);
  const Tensor theta = phases_.defined() ? torch::embedding(phases_, tokens) : Tensor();
  return complex_wave(halves_of(x).real, omega, theta, positions.ids + 1);
}

Tensor ComplexEncoding::score_bias(const ScoreInputs& inputs) const {
  const ComplexProduct product = form_ == "publication" ? conjugate_product(inputs.q, inputs.k)
                                                        : plain_product(inputs.q, inputs.k);
  // Attention adds q · k itself, the real part with the conjugate.
  const Tensor added =
      form_ == "publication" ? product.real : torch::matmul(inputs.q, inputs.k.transpose(-1, -2));
  return (product.modulus() - added) / score_divisor(inputs.q.size(-1));
}

}  // namespace roformer::position
