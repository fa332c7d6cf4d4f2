// What a score is made of. No torch, no std containers: kernels ask for it too.
#pragma once

namespace roformer::position {

/// real: q · k. The others are complex products of vectors whose first half is the real part and
/// whose second half the imaginary one: modulus |Σ q k|, conjugate_modulus |Σ q k̄|.
enum class PairProduct { real, modulus, conjugate_modulus };

}  // namespace roformer::position
