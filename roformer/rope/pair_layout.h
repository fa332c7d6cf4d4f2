// Which two dimensions of a head turn together. Included by kernels: no std containers.
#pragma once

namespace roformer::rope {

/// interleaved: (2i, 2i + 1), the paper and Hugging Face's RoFormer; half_split: (i, i + R / 2),
/// Llama and GPT-NeoX.
enum class PairLayout { interleaved, half_split };

/// forward turns by +m θ_i (Eq. 14); inverse by −m θ_i, which is the gradient of forward.
enum class Direction { forward, inverse };

}  // namespace roformer::rope
