// An encoding whose weights are drawn, as a model draws those of its own.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>

#include <memory>

#include "roformer/position/position_encoding.h"

namespace roformer::position {

/// Tables are N(0, deviation²), by LibTorch's generator.
inline std::shared_ptr<PositionEncoding> drawn_encoding(const EncodingOptions& options,
                                                        double deviation = 0.02) {
  auto encoding = make_encoding(options);
  const torch::NoGradGuard no_gradient;
  for (auto& item : encoding->named_parameters()) {
    if (encoding->is_drawn(item.key())) item.value().normal_(0, deviation);
  }
  return encoding;
}

}  // namespace roformer::position
