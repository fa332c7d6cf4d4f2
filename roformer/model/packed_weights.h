// Weights in the layout that oneDNN's products read, made once. Otherwise each product lays its
// weights out anew, which costs as much as the product itself where x has a few rows: a step of
// decoding at one sentence and four beams takes half the time, at 32 sentences 0.93 of it.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <unordered_map>

namespace roformer::model {

/// The matrices of modules, packed. Takes as much memory as they do and keeps them alive; they must
/// not change as long as this is used.
class PackedWeights {
 public:
  /// Packs the parameters "weight" of two dimensions, float32 on the CPU; others are left as they
  /// are, and all where LibTorch is without oneDNN.
  void add(const torch::nn::Module& module);

  /// The packed form of a weight (out, in); undefined if it has none.
  torch::Tensor find(const torch::Tensor& weight) const;

 private:
  struct Packed {
    torch::Tensor plain, packed;
  };
  std::unordered_map<const void*, Packed> weights_;
};

/// As long as it lives, products of this thread (model/linear.h) without a gradient take these
/// weights; as torch::NoGradGuard, it ends in the order in which it began.
class PackedWeightsGuard {
 public:
  explicit PackedWeightsGuard(const PackedWeights& weights);
  ~PackedWeightsGuard();
  PackedWeightsGuard(const PackedWeightsGuard&) = delete;
  PackedWeightsGuard& operator=(const PackedWeightsGuard&) = delete;

 private:
  const PackedWeights* before_;
};

/// What the innermost guard of this thread has for a weight; undefined if nothing.
torch::Tensor packed_weight(const torch::Tensor& weight);

}  // namespace roformer::model
