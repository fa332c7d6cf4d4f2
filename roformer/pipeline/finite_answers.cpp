#include "roformer/pipeline/finite_answers.h"

#include <torch/torch.h>

#include <cmath>

#include "roformer/base/error.h"

namespace roformer::pipeline {
namespace {

const char* word_for(double number) {
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

}  // namespace

void require_finite(double number, const char* what, std::int64_t line, const std::string& model) {
  if (!std::isfinite(number))
    base::fail("[pipeline] line {}: expected finite {} but got {}: the weights of {} are damaged",
               line, what, word_for(number), model);
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
               word_for(tensor.masked_select(bad)[0].item<double>()), model);
  }
}

}  // namespace roformer::pipeline
