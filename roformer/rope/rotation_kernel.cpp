// y = x ⊗ cos + swap(x) ⊗ sin (Eq. 34), one pass. All heads of a token share one load of its
// cosines and sines, which are widened once per token to full width with their signs: then
// interleaved pairs need one in-register swap and two multiplications a vector, no de-interleaving.
#include "roformer/rope/rotation_kernel.h"

#include "roformer/base/simd.h"

namespace roformer::rope {
namespace {

using base::simd::load;
using base::simd::store;
using base::simd::Vector;

inline float widen(float x) {
  return x;
}
inline double widen(double x) {
  return x;
}
inline float widen(BFloat16Bits x) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(x.bits) << 16);
}
inline float widen(HalfBits x) {
  return static_cast<float>(__builtin_bit_cast(_Float16, x.bits));
}

inline void narrow(float x, float& y) {
  y = x;
}
inline void narrow(double x, double& y) {
  y = x;
}
inline void narrow(float x, BFloat16Bits& y) {
  const auto bits = __builtin_bit_cast(std::uint32_t, x);
  if (x != x) {
    y.bits = 0x7FC0;
    return;
  }
  y.bits = static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);  // nearest even
}
inline void narrow(float x, HalfBits& y) {
  y.bits = __builtin_bit_cast(std::uint16_t, static_cast<_Float16>(x));
}

// Pairs (2i, 2i + 1). cosines: c0 c0 c1 c1 …; sines: −s0 s0 −s1 s1 …
template <typename Scalar, typename Angle>
void rotate_interleaved(const Scalar* source, Scalar* target, const Angle* cosines,
                        const Angle* sines, std::int64_t size) {
  std::int64_t d = 0;
  if constexpr (sizeof(Scalar) == sizeof(Angle)) {
    constexpr int width = base::simd::width<Angle>;
    for (; d + width <= size; d += width) {
      const Vector<Angle> x = load(source + d);
      store(target + d, x * load(cosines + d) + base::simd::swap_neighbours(x) * load(sines + d));
    }
  }
  for (; d < size; d += 2) {
    const Angle first = widen(source[d]), second = widen(source[d + 1]);
    narrow(first * cosines[d] + second * sines[d], target[d]);
    narrow(second * cosines[d + 1] + first * sines[d + 1], target[d + 1]);
  }
}

// Pairs (i, i + size / 2).
template <typename Scalar, typename Angle>
void rotate_half_split(const Scalar* source, Scalar* target, const Angle* cosines,
                       const Angle* sines, std::int64_t size) {
  const std::int64_t half = size / 2;
#pragma omp simd
  for (std::int64_t i = 0; i < half; ++i) {
    const Angle first = widen(source[i]), second = widen(source[i + half]);
    narrow(first * cosines[i] - second * sines[i], target[i]);
    narrow(second * cosines[i] + first * sines[i], target[i + half]);
  }
}

// Heads up to this size have their widened angles on the stack; larger ones go in slices of it.
constexpr std::int64_t max_slice = 1024;

}  // namespace

template <base::Isa, typename Scalar, typename Angle>
void rotate_rows(const RotationTask<Scalar, Angle>& task, std::int64_t begin, std::int64_t end) {
  alignas(64) Angle cosines[max_slice];
  alignas(64) Angle sines[max_slice];
  const std::int64_t half = task.rotary_dim / 2;
  const Angle sign = task.direction == Direction::forward ? Angle(1) : Angle(-1);
  const bool interleaved = task.layout == PairLayout::interleaved;
  for (std::int64_t token = begin; token < end; ++token) {
    const Angle* cos = task.cos + token * half;
    const Angle* sin = task.sin + token * half;
    const Scalar* source_token = task.source.data + token * task.source.token_stride;
    Scalar* target_token = task.target.data + token * task.target.token_stride;
    for (std::int64_t slice = 0; slice < half; slice += max_slice / 2) {
      const std::int64_t pairs = half - slice < max_slice / 2 ? half - slice : max_slice / 2;
      if (interleaved) {
        for (std::int64_t i = 0; i < pairs; ++i) {
          cosines[2 * i] = cosines[2 * i + 1] = cos[slice + i];
          sines[2 * i + 1] = sign * sin[slice + i];
          sines[2 * i] = -sines[2 * i + 1];
        }
      } else {
        for (std::int64_t i = 0; i < pairs; ++i) {
          cosines[i] = cos[slice + i];
          sines[i] = sign * sin[slice + i];
        }
      }
      for (std::int64_t head = 0; head < task.heads; ++head) {
        const Scalar* source = source_token + head * task.source.head_stride;
        Scalar* target = target_token + head * task.target.head_stride;
        if (interleaved) {
          rotate_interleaved(source + 2 * slice, target + 2 * slice, cosines, sines, 2 * pairs);
        } else if (pairs == half) {
          rotate_half_split(source, target, cosines, sines, 2 * half);
        } else {
          for (std::int64_t i = 0; i < pairs;
               ++i) {  // a slice of a huge head: its halves lie apart
            const Angle first = widen(source[slice + i]), second = widen(source[slice + i + half]);
            narrow(first * cosines[i] - second * sines[i], target[slice + i]);
            narrow(second * cosines[i] + first * sines[i], target[slice + i + half]);
          }
        }
      }
    }
    if (source_token == target_token) continue;
    for (std::int64_t head = 0; head < task.heads; ++head) {
      const Scalar* source = source_token + head * task.source.head_stride;
      Scalar* target = target_token + head * task.target.head_stride;
      for (std::int64_t d = task.rotary_dim; d < task.head_size; ++d) target[d] = source[d];
    }
  }
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template void rotate_rows<isa>(const RotationTask<float, float>&, std::int64_t, std::int64_t);
template void rotate_rows<isa>(const RotationTask<double, double>&, std::int64_t, std::int64_t);
template void rotate_rows<isa>(const RotationTask<BFloat16Bits, float>&, std::int64_t,
                               std::int64_t);
template void rotate_rows<isa>(const RotationTask<HalfBits, float>&, std::int64_t, std::int64_t);

}  // namespace roformer::rope
