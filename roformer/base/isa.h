// The instruction sets that kernels are compiled for. Included by kernel files, so: no std
// containers.
#pragma once

namespace roformer::base {

/// Portable code, AVX2 with FMA, or AVX-512 (F, BW, VL, DQ).
enum class Isa { baseline, avx2, avx512 };

}  // namespace roformer::base
