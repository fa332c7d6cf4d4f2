// y = x Wᵀ + b as one operator with a gradient, and the layer that owns weight and bias.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "roformer/base/helpers.h"
#include "roformer/product/activation_kernel.h"
#include "roformer/product/prepared_weight.h"

namespace roformer::model {

/// x: (N, in), weight: (out, in), bias: (out) or undefined. Result (N, out), or `shape` of as many
/// elements, which autograd sees as a tensor of its own (so that it can be changed in place without
/// a copy). What needs no gradient is not computed for one.
/// `type`: of the products with a gradient (product/training_products.h); those without are
/// float32.
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                     torch::IntArrayRef shape = {},
                     product::ComputeType type = product::ComputeType::float32);

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
  torch::Tensor activated(const torch::Tensor& x, product::Activation activation) const;

  /// Whether `forward_few` serves: the weight is prepared, on the CPU.
  bool serves_few() const;
  /// f(x Wᵀ + b) of a few rows in memory, x (rows, in), y (rows, out), without a gradient; the
  /// activation may be null.
  void forward_few(const float* x, std::int64_t rows, float* y,
                   const product::Activation* activation, base::Helpers& helpers) const;

  /// The same of x (rows, in) as tensors, if it serves them; else an undefined one.
  torch::Tensor forward_few(const torch::Tensor& x, base::Helpers& helpers) const;

  /// Makes the weight's form for products without a gradient, which use it until the weight changes
  /// or training begins.
  void prepare(product::ComputeType type) { prepared_.prepare(weight, type, first_output_); }
  /// Outputs from this one on tell how int8 weighs the inputs (product/narrow_weight.h). Of
  /// queries, keys and values those are the values, whose errors no softmax evens out.
  void weigh_inputs_by(std::int64_t first_output) { first_output_ = first_output; }
  /// The type of products with a gradient from now on.
  void train_in(product::ComputeType type) { training_type_ = type; }
  product::ComputeType training_type() const { return training_type_; }
  /// A layer of some outputs only, of int64 indices (M): a copy of their rows, prepared as this one is.
  std::shared_ptr<LinearImpl> of_outputs(const torch::Tensor& outputs) const;
  bool is_prepared() const { return prepared_.serves(weight); }
  /// The type of the form that products without a gradient use; none where there is none.
  std::optional<product::ComputeType> prepared_type() const { return prepared_.type(); }

  /// Makes the weight int8, `values.integers`, with buffers weight_scale and weight_factor:
  /// products without a gradient alone, on the CPU. A tied weight becomes so for all who have it.
  void hold(const product::Int8Values& values);
  bool is_int8() const { return weight.scalar_type() == torch::kInt8; }
  /// Makes such a weight float32 again.
  void widen();
  /// The weight in float32: itself, or what its integers stand for.
  torch::Tensor wide_weight() const;
  /// Training drops the form: it would soon make it wrong. Throws Error for a weight of int8.
  void train(bool on = true) override;

  torch::Tensor weight, bias;

 private:
  void require_wide() const;
  torch::Tensor flat_bias() const { return bias.defined() ? bias.flatten() : bias; }

  product::PreparedWeight prepared_;
  std::int64_t first_output_ = 0;
  torch::Tensor weight_scale_, weight_factor_;  // of int8
  product::ComputeType training_type_ = product::ComputeType::float32;
};
TORCH_MODULE(Linear);

/// Prepares all linear layers of a module that is only evaluated from now on. Costs as much memory
/// as their weights in the type. Layers of fewer than product::kFewOutputs, which the numbers of an
/// answer come from and which cost next to nothing, are float32 whatever the type.
void prepare_for_inference(torch::nn::Module& module,
                           product::ComputeType type = product::ComputeType::float32);

/// The type other than float32 that layers of a module are prepared in, if there is one.
std::optional<product::ComputeType> narrow_type_of(torch::nn::Module& module);

/// The type of the products of all linear layers while a module learns; weights, gradients and sums
/// stay float32. Throws Error for int8.
void train_products_in(torch::nn::Module& module, product::ComputeType type);

}  // namespace roformer::model
