// Sums of products of narrow rows and a block of 32 columns, by each unit of the processor. For
// narrow_product_kernel.cpp alone.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "roformer/base/simd.h"
#include "roformer/product/narrow_product_kernel.h"

namespace roformer::product {
namespace {

constexpr std::int64_t kBlockRowBytes = kColumnsTogether * kGroupBytes;
// Bytes of rows that are summed up before the next: 32 rows and 32 columns of them are 64 KiB.
constexpr std::int64_t kBytesTogether = 1024;

// Rows of x beside a block of the weight; sums (rows, 32) of int32 or float.
struct SumsTask {
  NarrowType type;
  const std::uint8_t* rows;
  std::int64_t row_bytes;
  const std::uint8_t* block;
  std::int64_t count;  // of rows
  std::int32_t* sums;
};

#if defined(__AVX512F__)

// Compilers know these instructions only with flags that would let them use them anywhere.
#define ROFORMER_TILE_LOAD(tile, address, stride) \
  asm volatile("tileloadd (%0,%1,1), %%tmm" #tile : : "r"(address), "r"(stride) : "memory")
#define ROFORMER_TILE_STORE(tile, address, stride) \
  asm volatile("tilestored %%tmm" #tile ", (%0,%1,1)" : : "r"(address), "r"(stride) : "memory")
#define ROFORMER_TILE_ZERO(tile) asm volatile("tilezero %%tmm" #tile : :)

// tmm0 … 3: sums of rows 0 … 15 and 16 … 31 by columns 0 … 15 and 16 … 31; tmm4, 5: rows; tmm6, 7:
// columns.
void configure_tiles(std::int64_t upper, std::int64_t lower) {
  struct alignas(64) {
    std::uint8_t palette = 1, start = 0, reserved[14] = {};
    std::uint16_t row_bytes[16] = {};
    std::uint8_t rows[16] = {};
  } config;
  const std::int64_t rows[8] = {upper, upper, lower, lower, upper, lower, 16, 16};
  for (int tile = 0; tile < 8; ++tile) {
    config.row_bytes[tile] = rows[tile] > 0 ? kStepBytes : 0;
    config.rows[tile] = static_cast<std::uint8_t>(rows[tile]);
  }
  asm volatile("ldtilecfg %0" : : "m"(config));
}

void release_tiles() {
  asm volatile("tilerelease");
}

template <NarrowType type>
void multiply_upper() {
  if constexpr (type == NarrowType::int8) {
    asm volatile("tdpbusd %%tmm6, %%tmm4, %%tmm0\n\ttdpbusd %%tmm7, %%tmm4, %%tmm1" : :);
  } else {
    asm volatile("tdpbf16ps %%tmm6, %%tmm4, %%tmm0\n\ttdpbf16ps %%tmm7, %%tmm4, %%tmm1" : :);
  }
}

template <NarrowType type>
void multiply_lower() {
  if constexpr (type == NarrowType::int8) {
    asm volatile("tdpbusd %%tmm6, %%tmm5, %%tmm2\n\ttdpbusd %%tmm7, %%tmm5, %%tmm3" : :);
  } else {
    asm volatile("tdpbf16ps %%tmm6, %%tmm5, %%tmm2\n\ttdpbf16ps %%tmm7, %%tmm5, %%tmm3" : :);
  }
}

// Up to 32 rows from byte `begin` to `end`; `first`: there are no sums yet.
template <NarrowType type, bool has_lower>
void sum_tiles(const SumsTask& task, std::int64_t row, std::int64_t begin, std::int64_t end,
               bool first) {
  constexpr std::int64_t sums_stride = kColumnsTogether * 4, half = 16;
  std::int32_t* const sums = task.sums + row * kColumnsTogether;
  std::int32_t* const lower_sums = sums + half * kColumnsTogether;
  if (first) {
    ROFORMER_TILE_ZERO(0);
    ROFORMER_TILE_ZERO(1);
    if constexpr (has_lower) {
      ROFORMER_TILE_ZERO(2);
      ROFORMER_TILE_ZERO(3);
    }
  } else {
    ROFORMER_TILE_LOAD(0, sums, sums_stride);
    ROFORMER_TILE_LOAD(1, sums + half, sums_stride);
    if constexpr (has_lower) {
      ROFORMER_TILE_LOAD(2, lower_sums, sums_stride);
      ROFORMER_TILE_LOAD(3, lower_sums + half, sums_stride);
    }
  }
  const std::uint8_t* const upper = task.rows + row * task.row_bytes;
  const std::uint8_t* const lower = upper + half * task.row_bytes;
  for (std::int64_t byte = begin; byte < end; byte += kStepBytes) {
    const std::uint8_t* const columns = task.block + byte / kGroupBytes * kBlockRowBytes;
    ROFORMER_TILE_LOAD(6, columns, kBlockRowBytes);
    ROFORMER_TILE_LOAD(4, upper + byte, task.row_bytes);
    ROFORMER_TILE_LOAD(7, columns + kStepBytes, kBlockRowBytes);
    multiply_upper<type>();
    if constexpr (has_lower) {
      ROFORMER_TILE_LOAD(5, lower + byte, task.row_bytes);
      multiply_lower<type>();
    }
  }
  ROFORMER_TILE_STORE(0, sums, sums_stride);
  ROFORMER_TILE_STORE(1, sums + half, sums_stride);
  if constexpr (has_lower) {
    ROFORMER_TILE_STORE(2, lower_sums, sums_stride);
    ROFORMER_TILE_STORE(3, lower_sums + half, sums_stride);
  }
}

#undef ROFORMER_TILE_LOAD
#undef ROFORMER_TILE_STORE
#undef ROFORMER_TILE_ZERO

template <NarrowType type>
void sum_by_tiles(const SumsTask& task) {
  constexpr std::int64_t whole = 32, half = 16;
  const std::int64_t whole_rows = task.count / whole * whole, rest = task.count - whole_rows;
  for (std::int64_t begin = 0; begin < task.row_bytes; begin += kBytesTogether) {
    const std::int64_t end =
        begin + kBytesTogether < task.row_bytes ? begin + kBytesTogether : task.row_bytes;
    if (whole_rows > 0) configure_tiles(half, half);
    for (std::int64_t row = 0; row < whole_rows; row += whole)
      sum_tiles<type, true>(task, row, begin, end, begin == 0);
    if (rest > half) {
      configure_tiles(half, rest - half);
      sum_tiles<type, true>(task, whole_rows, begin, end, begin == 0);
    } else if (rest > 0) {
      configure_tiles(rest, 0);
      sum_tiles<type, false>(task, whole_rows, begin, end, begin == 0);
    }
  }
  release_tiles();
}

// sum += the products of groups; g++ 12 keeps sums in memory around the intrinsics of these two.
template <NarrowType type>
inline __attribute__((always_inline)) __m512i multiplied(__m512i sum, __m512i x, __m512i y) {
  if constexpr (type == NarrowType::int8) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(y));
  } else {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(y));
  }
  return sum;
}

// `rows` rows at once: with 12 of them 24 vectors are sums, and 14 loads feed 24 products. All
// loops over rows are unrolled, or the sums would not be in registers.
template <NarrowType type, int rows>
void sum_rows(const SumsTask& task, std::int64_t row) {
  __m512i left_sums[rows], right_sums[rows];
#pragma GCC unroll 12
  for (int i = 0; i < rows; ++i) left_sums[i] = right_sums[i] = _mm512_setzero_si512();
  const std::uint8_t* const first = task.rows + row * task.row_bytes;
  for (std::int64_t byte = 0; byte < task.row_bytes; byte += kGroupBytes) {
    const std::uint8_t* const columns = task.block + byte / kGroupBytes * kBlockRowBytes;
    const __m512i left = _mm512_loadu_si512(columns);
    const __m512i right = _mm512_loadu_si512(columns + kStepBytes);
#pragma GCC unroll 12
    for (int i = 0; i < rows; ++i) {
      std::int32_t group = 0;
      __builtin_memcpy(&group, first + i * task.row_bytes + byte, sizeof group);
      const __m512i x = _mm512_set1_epi32(group);
      left_sums[i] = multiplied<type>(left_sums[i], x, left);
      right_sums[i] = multiplied<type>(right_sums[i], x, right);
    }
  }
  std::int32_t* const target = task.sums + row * kColumnsTogether;
#pragma GCC unroll 12
  for (int i = 0; i < rows; ++i) {
    _mm512_storeu_si512(target + i * kColumnsTogether, left_sums[i]);
    _mm512_storeu_si512(target + i * kColumnsTogether + 16, right_sums[i]);
  }
}

template <NarrowType type, int rows>
std::int64_t sum_while_there_are(const SumsTask& task, std::int64_t row) {
  for (; row + rows <= task.count; row += rows) sum_rows<type, rows>(task, row);
  return row;
}

template <NarrowType type>
void sum_by_dot_products(const SumsTask& task) {
  std::int64_t row = sum_while_there_are<type, 12>(task, 0);
  row = sum_while_there_are<type, 6>(task, row);
  row = sum_while_there_are<type, 3>(task, row);
  sum_while_there_are<type, 1>(task, row);
}

#endif

#if defined(__AVX512BW__)
using Shorts = __m512i;
inline Shorts load_shorts(const void* p) {
  return _mm512_loadu_si512(p);
}
inline Shorts add_pairs(Shorts sum, Shorts x, Shorts y) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(x, y));
}
#elif defined(__AVX2__)
using Shorts = __m256i;
inline Shorts load_shorts(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
inline Shorts add_pairs(Shorts sum, Shorts x, Shorts y) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(x, y));
}
#elif defined(__x86_64__)
using Shorts = __m128i;
inline Shorts load_shorts(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
inline Shorts add_pairs(Shorts sum, Shorts x, Shorts y) {
  return _mm_add_epi32(sum, _mm_madd_epi16(x, y));
}
#endif

#if defined(__x86_64__)

inline std::int32_t sum_of(Shorts x) {
  const auto lanes = __builtin_bit_cast(base::simd::Vector<std::int32_t>, x);
  std::int32_t total = 0;
  for (int i = 0; i < base::simd::width<std::int32_t>; ++i) total += lanes[i];
  return total;
}

// int16 by int16: no sum of two products is too large for int32, so nothing saturates. One row (as
// int16 in `wide`) by four columns at once.
inline void sum_by_vectors(const SumsTask& task, std::int16_t* wide) {
  constexpr std::int64_t step = sizeof(Shorts) / sizeof(std::int16_t), together = 4;
  const std::int64_t size = task.row_bytes;
  const auto* const weight = reinterpret_cast<const std::int16_t*>(task.block);
  for (std::int64_t row = 0; row < task.count; ++row) {
    const std::uint8_t* const bytes = task.rows + row * size;
#pragma omp simd
    for (std::int64_t i = 0; i < size; ++i) wide[i] = bytes[i];
    for (std::int64_t column = 0; column < kColumnsTogether; column += together) {
      Shorts sums[together] = {};
      for (std::int64_t i = 0; i < size; i += step) {
        const Shorts x = load_shorts(wide + i);
        for (std::int64_t j = 0; j < together; ++j)
          sums[j] = add_pairs(sums[j], x, load_shorts(weight + (column + j) * size + i));
      }
      for (std::int64_t j = 0; j < together; ++j)
        task.sums[row * kColumnsTogether + column + j] = sum_of(sums[j]);
    }
  }
}

#else

inline void sum_by_vectors(const SumsTask& task, std::int16_t*) {
  const auto* const weight = reinterpret_cast<const std::int16_t*>(task.block);
  for (std::int64_t row = 0; row < task.count; ++row) {
    for (std::int64_t column = 0; column < kColumnsTogether; ++column) {
      std::int32_t sum = 0;
      for (std::int64_t i = 0; i < task.row_bytes; ++i)
        sum += task.rows[row * task.row_bytes + i] * weight[column * task.row_bytes + i];
      task.sums[row * kColumnsTogether + column] = sum;
    }
  }
}

#endif

void sum_block(base::MatrixUnit unit, const SumsTask& task, std::int16_t* wide) {
#if defined(__AVX512F__)
  const bool whole = task.type == NarrowType::int8;
  if (unit == base::MatrixUnit::tiles)
    return whole ? sum_by_tiles<NarrowType::int8>(task) : sum_by_tiles<NarrowType::bfloat16>(task);
  if (unit == base::MatrixUnit::dot_products)
    return whole ? sum_by_dot_products<NarrowType::int8>(task)
                 : sum_by_dot_products<NarrowType::bfloat16>(task);
#endif
  (void)unit;
  sum_by_vectors(task, wide);
}

}  // namespace
}  // namespace roformer::product
