// y = x Wᵀ + b as one operator with a gradient, and the layer that owns weight and bias.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "roformer/model/activation_kernel.h"
#include "roformer/model/prepared_weight.h"

namespace roformer::model {

/// x: (N, in), weight: (out, in), bias: (out) or undefined. Result (N, out), or `shape` of as many
/// elements, which autograd sees as a tensor of its own (so that it can be changed in place without
/// a copy). What needs no gradient is not computed for one.
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                     torch::IntArrayRef shape = {});

/// Parameters `weight` (out, in) and `bias` (out), named as torch::nn::Linear's, of no certain
/// values: a model draws its layers when it has them all (initialize.h). Fused rows (queries, keys
/// and values) are one layer of as many rows.
class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(std::int64_t in, std::int64_t out, bool with_bias = true);
  /// Of a weight and a bias (or none) that other modules own: they are no parameters of this one.
  /// So an output layer is tied to a table of words. The bias may be (1, out), as Marian's is.
  LinearImpl(const torch::Tensor& weight, const torch::Tensor& bias);

  /// As `linear`.
  torch::Tensor forward(const torch::Tensor& x, torch::IntArrayRef shape = {}) const;
  /// f(x Wᵀ + b); without a gradient the activation is taken within the product.
  torch::Tensor activated(const torch::Tensor& x, Activation activation) const;

  /// Makes the weight's forms for products without a gradient, which use them until the weight
  /// changes or training begins.
  void prepare() { prepared_.prepare(weight); }
  bool is_prepared() const { return prepared_.serves(weight); }
  /// Training drops the forms: it would soon make them wrong.
  void train(bool on = true) override;

  torch::Tensor weight, bias;

 private:
  torch::Tensor flat_bias() const { return bias.defined() ? bias.flatten() : bias; }

  PreparedWeight prepared_;
};
TORCH_MODULE(Linear);

/// Prepares all linear layers of a module that is only evaluated from now on. Costs as much memory
/// as their weights.
void prepare_for_inference(torch::nn::Module& module);

}  // namespace roformer::model
