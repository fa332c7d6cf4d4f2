// Golden values of position encodings: tests/fixtures/position-encodings.json, computed by the
// published code or by independent NumPy.
#pragma once
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <string>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "tests/position/drawn_encoding.h"

namespace roformer::position {

inline nlohmann::json golden(const std::string& name) {
  const auto path = std::filesystem::path(__FILE__).parent_path().parent_path() / "fixtures" /
                    "position-encodings.json";
  return base::parse_json(base::read_file(path.string()), path.string()).at(name);
}

/// Nested arrays of numbers as float64.
inline torch::Tensor numbers(const nlohmann::json& value) {
  if (value.is_number()) return torch::tensor(value.get<double>(), torch::kFloat64);
  std::vector<torch::Tensor> rows;
  for (const auto& row : value) rows.push_back(numbers(row));
  return torch::stack(rows);
}

inline torch::Tensor integers(const nlohmann::json& value) {
  return numbers(value).to(torch::kInt64);
}

/// The goldens' inputs: (((a i + b) mod 17) − 8) / 8.
inline torch::Tensor gen(std::vector<std::int64_t> shape, std::int64_t a, std::int64_t b) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  const torch::Tensor i = torch::arange(count);
  return (((a * i + b).remainder(17) - 8).to(torch::kFloat64) / 8).view(shape);
}

/// Options of a small model with this encoding.
inline EncodingOptions golden_options(const std::string& name, std::int64_t heads,
                                      std::int64_t head_size) {
  EncodingOptions options;
  options.settings.name = name;
  options.num_heads = heads;
  options.head_size = head_size;
  options.hidden_size = options.embedding_size = heads * head_size;
  options.num_layers = 1;
  options.max_positions = 8;
  options.vocab_size = 3;
  return options;
}

inline std::shared_ptr<PositionEncoding> make_double(const EncodingOptions& options) {
  auto encoding = drawn_encoding(options);
  encoding->to(torch::kFloat64);
  return encoding;
}

inline void set_parameter(PositionEncoding& encoding, const std::string& name,
                          const torch::Tensor& value) {
  const torch::NoGradGuard no_gradient;
  torch::Tensor parameter = encoding.named_parameters()[name];
  ASSERT_EQ(parameter.sizes(), value.sizes()) << name;
  parameter.copy_(value);
}

/// q, k (H, T, D) at positions 0 .. T − 1 of layer 0.
inline ScoreInputs inputs_from_zero(const torch::Tensor& q, const torch::Tensor& k) {
  return {q.unsqueeze(0), k.unsqueeze(0), torch::arange(q.size(1)).unsqueeze(0),
          torch::arange(k.size(1)).unsqueeze(0)};
}

/// The whole scores (H, T_q, T_k) of those.
inline torch::Tensor scores_from_zero(const PositionEncoding& encoding, const torch::Tensor& q,
                                      const torch::Tensor& k) {
  const torch::Tensor scores =
      pair_product(q, k, encoding.pair_product()) / encoding.score_divisor(q.size(-1));
  if (!encoding.acts_on_scores()) return scores;
  return scores + encoding.score_bias(inputs_from_zero(q, k)).squeeze(0);
}

/// softmax(scores) v plus the value term: (H, T_q, D).
inline torch::Tensor output_from_zero(const PositionEncoding& encoding, const torch::Tensor& scores,
                                      const torch::Tensor& v) {
  const torch::Tensor weights = torch::softmax(scores, -1), ids = torch::arange(v.size(1));
  return torch::matmul(weights, v) +
         encoding.value_term({weights.unsqueeze(0), ids.unsqueeze(0), ids.unsqueeze(0)}).squeeze(0);
}

/// The goldens have six decimals.
inline void expect_golden(const torch::Tensor& got, const torch::Tensor& expected,
                          double tolerance = 1.5e-6) {
  ASSERT_EQ(got.sizes(), expected.sizes());
  EXPECT_LE((got - expected).abs().max().item<double>(), tolerance);
}

}  // namespace roformer::position
