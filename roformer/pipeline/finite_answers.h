// Damaged weights show in what they answer: what is no number is refused here.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "roformer/format/safetensors.h"

namespace roformer::pipeline {

/// Throws Error unless the numbers of the answer to line `line` are finite; `what` names them, and
/// the message says that the weights of `model` are damaged.
void require_finite(double number, const char* what, std::int64_t line, const std::string& model);
void require_finite(std::span<const float> numbers, const char* what, std::int64_t line,
                    const std::string& model);

/// The same for tensors by their names; a "loss" aside, which is none where no label counts.
void require_finite(const format::TensorMap& answers, const std::string& model);

}  // namespace roformer::pipeline
