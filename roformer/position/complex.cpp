#include "roformer/position/complex.h"

#include <torch/nn/module.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/position/complex_product.h"
#include "roformer/position/pair_product.h"
#include "roformer/position/position_encoding.h"

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
  Tensor row = torch::pow(complex_base, exponents).to(torch::kFloat32).unsqueeze(0);
  if (options.settings.complex_frequencies == "dimension") return row;
  return format::new_weight({options.vocab_size, width}, [&](Tensor& rows) { rows.copy_(row); });
}

// The rows of tokens in a table of all words, or its only row.
Tensor of_tokens(const Tensor& table, const Tensor& tokens, bool shared_by_words) {
  return shared_by_words ? table : torch::embedding(table, tokens);
}

class ComplexEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd embedding or head size, which cannot hold two parts.
  explicit ComplexEncoding(const EncodingOptions& options) : form_(options.settings.complex_form) {
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

  /// Its publication begins with one wave a word and dimension, nothing random.
  bool is_drawn(const std::string&) const override { return false; }
  Tensor embed(const Tensor& x, const Tensor& tokens, const Positions& positions) const override {
    const Tensor omega = of_tokens(frequencies_, tokens, frequencies_.size(0) == 1);
    const Tensor theta = phases_.defined() ? torch::embedding(phases_, tokens) : Tensor();
    return complex_wave(complex_halves(x).real, omega, theta, positions.ids + 1);
  }
  PairProduct pair_product() const override {
    if (form_ == "real") return PairProduct::real;
    return form_ == "publication" ? PairProduct::conjugate_modulus : PairProduct::modulus;
  }
  double score_divisor(std::int64_t head_size) const override {
    return std::sqrt(static_cast<double>(head_size) / 2);
  }

 private:
  std::string form_;
  torch::Tensor frequencies_, phases_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Complex::make(const EncodingOptions& options) {
  return std::make_shared<ComplexEncoding>(options);
}

}  // namespace roformer::position
