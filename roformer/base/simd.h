// Vectors of the instruction set that a kernel file is compiled for, by GCC's and Clang's vector
// extension. For *_kernel.cpp files only: everything is in an anonymous namespace, so that no two
// instruction sets share a symbol.
#pragma once
#include <cstdint>
#include <utility>

namespace roformer::base::simd {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

template <typename Scalar>
struct VectorOf;
template <>
struct VectorOf<float> {
  typedef float type __attribute__((vector_size(vector_bytes)));
  typedef float unaligned __attribute__((vector_size(vector_bytes), aligned(4), may_alias));
};
template <>
struct VectorOf<double> {
  typedef double type __attribute__((vector_size(vector_bytes)));
  typedef double unaligned __attribute__((vector_size(vector_bytes), aligned(8), may_alias));
};
template <>
struct VectorOf<std::int32_t> {
  typedef std::int32_t type __attribute__((vector_size(vector_bytes)));
  typedef std::int32_t unaligned __attribute__((vector_size(vector_bytes), aligned(4), may_alias));
};
template <>
struct VectorOf<std::uint32_t> {
  typedef std::uint32_t type __attribute__((vector_size(vector_bytes)));
  typedef std::uint32_t unaligned __attribute__((vector_size(vector_bytes), aligned(4), may_alias));
};

template <typename Scalar>
using Vector = typename VectorOf<Scalar>::type;

/// Scalars in a vector.
template <typename Scalar>
constexpr int width = vector_bytes / static_cast<int>(sizeof(Scalar));

template <typename Scalar>
inline Vector<Scalar> load(const Scalar* address) {
  return *reinterpret_cast<const typename VectorOf<Scalar>::unaligned*>(address);
}

template <typename Scalar>
inline void store(Scalar* address, Vector<Scalar> value) {
  *reinterpret_cast<typename VectorOf<Scalar>::unaligned*>(address) = value;
}

template <typename Scalar>
inline Vector<Scalar> broadcast(Scalar value) {
  // x − 0 is x: a broadcasting load alone; 0 + x is not (it turns −0 into 0) and costs an addition.
  return value - Vector<Scalar>{};
}

template <typename V, int... lanes>
inline V swap_lanes(V x, std::integer_sequence<int, lanes...>) {
  return __builtin_shufflevector(x, x, (lanes ^ 1)...);
}

/// (x1, x0, x3, x2, …)
inline Vector<float> swap_neighbours(Vector<float> x) {
  return swap_lanes(x, std::make_integer_sequence<int, width<float>>());
}
inline Vector<double> swap_neighbours(Vector<double> x) {
  return swap_lanes(x, std::make_integer_sequence<int, width<double>>());
}

/// (0, 1, 2, …)
template <int... lanes>
inline Vector<std::uint32_t> count_lanes(std::integer_sequence<int, lanes...>) {
  return Vector<std::uint32_t>{static_cast<std::uint32_t>(lanes)...};
}
inline Vector<std::uint32_t> lane_numbers() {
  return count_lanes(std::make_integer_sequence<int, width<std::uint32_t>>());
}

inline float sum(Vector<float> x) {
  float total = 0;
  for (int lane = 0; lane < width<float>; ++lane) total += x[lane];
  return total;
}

// Of a number and a NaN the second argument, as the hardware has it: whoever clamps puts the limit
// first, so that a NaN stays one.
inline Vector<float> maximum(Vector<float> x, Vector<float> y) {
  return x > y ? x : y;
}
inline Vector<float> minimum(Vector<float> x, Vector<float> y) {
  return x < y ? x : y;
}

inline float largest(Vector<float> x) {
  float result = x[0];
  for (int lane = 1; lane < width<float>; ++lane) result = x[lane] > result ? x[lane] : result;
  return result;
}

template <int step, int... lanes>
inline Vector<float> exchange(Vector<float> x, std::integer_sequence<int, lanes...>) {
  return __builtin_shufflevector(x, x, (lanes ^ step)...);
}

/// The sum of all lanes and the largest of them, in log2(width) steps: sums are rounded in another
/// order than in `sum`.
template <int step = width<float> / 2>
inline float total(Vector<float> x) {
  if constexpr (step == 0) {
    return x[0];
  } else {
    return total<step / 2>(x + exchange<step>(x, std::make_integer_sequence<int, width<float>>()));
  }
}
template <int step = width<float> / 2>
inline float peak(Vector<float> x) {
  if constexpr (step == 0) {
    return x[0];
  } else {
    return peak<step / 2>(
        maximum(x, exchange<step>(x, std::make_integer_sequence<int, width<float>>())));
  }
}

/// e^x within 2 ulp for x in [-87, 88]; below -87 it is 0 as near as makes no difference (1.6e-38),
/// above 88 it saturates. x = n ln 2 + r with |r| <= ln 2 / 2, then Taylor's series of e^r to r^7
/// (remainder 5e-9) times 2^n.
inline Vector<float> exponential(Vector<float> x) {
  x = minimum(broadcast(88.0f), maximum(broadcast(-87.0f), x));
  const Vector<float> round_magic =
      broadcast(12582912.0f);  // 1.5 × 2^23: adding it rounds to a whole number
  const Vector<float> n = (x * 1.44269504f + round_magic) - round_magic;
  // ln 2 in two parts, so that n ln 2 loses no bits.
  const Vector<float> r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector<float> y = broadcast(1.0f / 5040);
  y = y * r + 1.0f / 720;
  y = y * r + 1.0f / 120;
  y = y * r + 1.0f / 24;
  y = y * r + 1.0f / 6;
  y = y * r + 0.5f;
  y = y * r + 1.0f;
  y = y * r + 1.0f;
  const Vector<std::int32_t> exponent = (__builtin_convertvector(n, Vector<std::int32_t>) + 127)
                                        << 23;
  return y * __builtin_bit_cast(Vector<float>, exponent);
}

}  // namespace
}  // namespace roformer::base::simd
