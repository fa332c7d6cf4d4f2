#include "roformer/pipeline/finite_answers.h"

#include <torch/types.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/non_finite.h"

namespace roformer::pipeline {

using base::non_finite_word;

void require_finite(double number, const char* what, std::int64_t line, const std::string& model) {
  if (!std::isfinite(number))
    base::fail("[pipeline] line {}: expected finite {} but got {}: the weights of {} are damaged",
               line, what, non_finite_word(number), model);
}

void require_finite(std::span<const float> numbers, const char* what, std::int64_t line,
                    const std::string& model) {
  for (const float number : numbers) require_finite(number, what, line, model);
}

void require_finite(const format::TensorMap& answers, const std::string& model) {
  for (const auto& [name, tensor] : answers) {
    const torch::Tensor bad = torch::isfinite(tensor).logical_not();
    if (name == "loss" || !bad.any().item<bool>()) continue;
    base::fail("[pipeline] expected finite {} but got {}: the weights of {} are damaged", name,
               non_finite_word(tensor.masked_select(bad)[0].item<double>()), model);
  }
}

}  // namespace roformer::pipeline
