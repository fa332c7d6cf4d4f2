// The instruction sets that kernels are compiled for. Included by kernel files, so: no std
// containers.
#pragma once

namespace roformer::base {

enum class Isa { baseline, avx2, avx512 };

}  // namespace roformer::base
