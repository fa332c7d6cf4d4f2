// `floater` (Liu et al. 2020): positions are points of a curve that is learned, so there are as
// many as one likes. The survey of the paper cites it without an equation.
//   p(t_i) solves dp/dt = h(t, p; w), t_i = i Δ (trajectory.h), one h for all blocks, p(0) of each
//   its own
//   attention: q, k, v of block b become q + p^{q,b}, k + p^{k,b}, v + p^{v,b}, after the products;
//   input:     the block's input becomes x + p^b (the publication's first form)
// beside the sinusoid of Eq. 4 on the embeddings. Parameters (d = hidden_size): first.{weight
// (d, d + 1), bias}, second.{weight (d, d + 1), bias} of h; initial p(0), (3, layers, d) for q, k,
// v, or (layers, d). Δ = floater_step: 0.01 in the code, 0.1 for example in the publication.
//
// The curve has a gradient in updates 0, floater_refresh, 2 floater_refresh, … alone. In between,
// and in evaluation, it is the last such update's: the buffer `kept` holds the parameters that it
// was made of (one number, 1 if there are any, then all of them flat), so its length is no part of
// the state, a resumed run has the same curve to the bit, and a longer text only continues it.
// While begin_update is never called every pass has a gradient, and evaluation follows the
// parameters.
#pragma once
#include <cmath>
#include <string>

#include "roformer/base/error.h"
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Floater : EncodingDescription {
  static constexpr const char* name = "floater";
  std::string floater_place = "attention";
  double floater_step = 0.01;
  std::int64_t floater_refresh = 400;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"floater_place",
                 "attention (q, k, v) or input (a block's input)",
                 {},
                 {"attention", "input"}},
          s.floater_place);
    visit(Option{"floater_step", "Δ, the time between two positions", base::above(0)},
          s.floater_step);
    visit(Option{"floater_refresh", "updates between two integrations in training",
                 base::at_least(1)},
          s.floater_refresh);
  }

  /// Time passes.
  void validate() const {
    base::require(std::isfinite(floater_step),
                  "[position] expected a finite floater_step but got {}", floater_step);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<15> : Floater {};

}  // namespace roformer::position
