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
  return Vector<Scalar>{} + value;
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

}  // namespace
}  // namespace roformer::base::simd
