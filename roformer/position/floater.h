// `floater` (Liu et al. 2020): positions are points of a curve that is learned, so there are as many
// as one likes. The survey of the paper cites it without an equation.
//   p(t_i) solves dp/dt = h(t, p; w), t_i = i Δ (trajectory.h), one h for all blocks, p(0) of each
//   its own
//   attention: q, k, v of block b become q + p^{q,b}, k + p^{k,b}, v + p^{v,b}, after the products;
//   input:     the block's input becomes x + p^b (the publication's first form)
// beside the sinusoid of Eq. 4 on the embeddings. Parameters (d = hidden_size): first.{weight
// (d, d + 1), bias}, second.{weight (d, d + 1), bias} of h; initial p(0), (3, layers, d) in the order
// q, k, v, or (layers, d). Δ = floater_step: 0.01 in the code, 0.1 for example in the publication.
//
// The curve has a gradient in updates 0, floater_refresh, 2 floater_refresh, … alone. In between,
// and in evaluation, it is the last such update's: the buffer `kept` holds the parameters that it
// was made of (one number, 1 if there are any, then all of them flat), so its length is no part of
// the state, a resumed run has the same curve to the bit, and a longer text only continues it.
// While begin_update is never called every pass has a gradient, and evaluation follows the
// parameters.
#pragma once
#include <optional>

#include "roformer/position/position_encoding.h"
#include "roformer/position/sinusoidal.h"
#include "roformer/position/trajectory.h"

namespace roformer::position {

class FloaterEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd embedding size, which has no sinusoid.
  explicit FloaterEncoding(const EncodingOptions& options);

  /// Throws Error for a negative position.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  torch::Tensor embed(const torch::Tensor& x, const torch::Tensor& tokens,
                      const Positions& positions) const override;
  torch::Tensor enter_block(const torch::Tensor& x, const Positions& positions,
                            std::int64_t layer) const override;
  torch::Tensor transform(const torch::Tensor& x, const Positions& positions, Role role,
                          std::int64_t layer) const override;
  torch::Tensor transform_packed(torch::Tensor qkv, const Positions& positions,
                                 std::int64_t layer) const override;
  bool transforms() const override { return !at_input_; }
  void begin_update(std::int64_t update) override;

 private:
  // What a curve without gradient was made of.
  struct Source {
    std::int64_t update;
    std::vector<std::int64_t> versions;
    torch::ScalarType type;
    torch::Device device;
    bool operator==(const Source&) const = default;
  };

  Source source() const;
  std::vector<torch::Tensor> parameters_in_force() const;
  torch::Tensor curve(std::int64_t length);
  torch::Tensor settled_curve(std::int64_t length);

  SinusoidalEncoding sinusoid_;
  bool at_input_;
  double step_;
  std::int64_t refresh_, num_layers_;
  std::vector<torch::Tensor> parameters_;  // of h, first to last, then p(0)
  torch::Tensor kept_;
  std::int64_t updates_ = 0;
  bool is_due_ = true;
  torch::Tensor settled_;  // the last curve without gradient
  std::optional<Source> settled_source_;
};

}  // namespace roformer::position
