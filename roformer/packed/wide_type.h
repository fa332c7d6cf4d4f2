// The type that sums are taken in. Half types keep 8 or 11 binary digits: a running sum of theirs
// stands still after some hundred numbers, and scores of some tens are off by whole percents. So
// what is composed of LibTorch's operators widens its inputs, and rounds once, at the end.
#pragma once
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/types.h>

namespace roformer::packed {

/// float32 for bfloat16 and half, x's own type for all others.
inline torch::ScalarType wide_type(const torch::Tensor& x) {
  return at::promote_types(x.scalar_type(), torch::kFloat32);
}

/// x in that type, differentiable; x itself where it has it.
inline torch::Tensor widened(const torch::Tensor& x) {
  return x.to(wide_type(x));
}

/// Whether a kernel of ours takes it once it is widened: bfloat16 or half on the CPU.
inline bool is_half_on_cpu(const torch::Tensor& x) {
  return x.device().is_cpu() && torch::isReducedFloatingType(x.scalar_type());
}

/// While one lives, torch.autocast does not narrow again what was widened.
class AutocastPause {
 public:
  AutocastPause() : keys_(c10::autocast_dispatch_keyset) {}

 private:
  c10::impl::ExcludeDispatchKeyGuard keys_;
};

}  // namespace roformer::packed
