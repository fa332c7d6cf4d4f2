// Small matrix products for attention: C = A B with B packed in panels, tiles of C held in
// registers. For *_kernel.cpp files only: everything is in an anonymous namespace, one copy an
// instruction set.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"
#include "roformer/attention/row_kernel.h"

namespace roformer::attention {
namespace {

// Accumulators of a tile: 6 × 4 vectors of the 32 registers of AVX-512, 6 × 2 of the 16 of AVX2 and
// SSE; the rest hold a row of B and the broadcast of A. 12 chains or more hide the latency of a
// multiply-add (4 cycles × 2 units).
constexpr int tile_rows = 6;
constexpr int tile_vectors = base::simd::vector_bytes == 64 ? 4 : 2;
constexpr std::int64_t panel_columns = tile_vectors * lanes;

constexpr std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Hands out pieces of a task's scratch memory, one after the other; without memory only their sizes.
struct Arena {
  float* memory;
  std::int64_t used = 0;

  float* take(std::int64_t count) {
    float* const piece = memory == nullptr ? nullptr : memory + used;
    used += round_up(count, lanes);
    return piece;
  }
};

/// A matrix that is only read element by element: element (i, k) at data[i * row_stride + k *
/// column_stride].
struct Broadcast {
  const float* data;
  std::int64_t row_stride;
  std::int64_t column_stride;
};

/// Floats that pack_rows or pack_columns need for a (depth, columns) matrix.
constexpr std::int64_t packed_size(std::int64_t depth, std::int64_t columns) {
  return depth * round_up(columns, panel_columns);
}

/// B (depth, columns) with rows `stride` apart → panels of panel_columns columns, each (depth,
/// panel_columns), zero-filled.
void pack_rows(const float* source, std::int64_t stride, std::int64_t depth, std::int64_t columns,
               float* panels) {
  for (std::int64_t first = 0; first < columns; first += panel_columns) {
    const std::int64_t kept = columns - first < panel_columns ? columns - first : panel_columns;
    for (std::int64_t k = 0; k < depth; ++k) {
      const float* row = source + k * stride + first;
      for (std::int64_t j = 0; j < kept; ++j) panels[j] = row[j];
      for (std::int64_t j = kept; j < panel_columns; ++j) panels[j] = 0;
      panels += panel_columns;
    }
  }
}

typedef float Quad __attribute__((vector_size(16)));
typedef float UnalignedQuad __attribute__((vector_size(16), aligned(4), may_alias));

// Four rows of four floats, transposed.
inline void transpose_quad(const float* source, std::int64_t stride, float* target,
                           std::int64_t target_stride) {
  const Quad a = *reinterpret_cast<const UnalignedQuad*>(source);
  const Quad b = *reinterpret_cast<const UnalignedQuad*>(source + stride);
  const Quad c = *reinterpret_cast<const UnalignedQuad*>(source + 2 * stride);
  const Quad d = *reinterpret_cast<const UnalignedQuad*>(source + 3 * stride);
  const Quad ac_low = __builtin_shufflevector(a, c, 0, 4, 1, 5),
             bd_low = __builtin_shufflevector(b, d, 0, 4, 1, 5);
  const Quad ac_high = __builtin_shufflevector(a, c, 2, 6, 3, 7),
             bd_high = __builtin_shufflevector(b, d, 2, 6, 3, 7);
  *reinterpret_cast<UnalignedQuad*>(target) = __builtin_shufflevector(ac_low, bd_low, 0, 4, 1, 5);
  *reinterpret_cast<UnalignedQuad*>(target + target_stride) =
      __builtin_shufflevector(ac_low, bd_low, 2, 6, 3, 7);
  *reinterpret_cast<UnalignedQuad*>(target + 2 * target_stride) =
      __builtin_shufflevector(ac_high, bd_high, 0, 4, 1, 5);
  *reinterpret_cast<UnalignedQuad*>(target + 3 * target_stride) =
      __builtin_shufflevector(ac_high, bd_high, 2, 6, 3, 7);
}

/// The transpose of (columns, depth), rows `stride` apart, as (depth, columns) with rows
/// `target_stride` apart.
void transpose(const float* source, std::int64_t stride, std::int64_t depth, std::int64_t columns,
               float* target, std::int64_t target_stride) {
  std::int64_t j = 0;
  for (; j + 4 <= columns; j += 4) {
    std::int64_t k = 0;
    for (; k + 4 <= depth; k += 4)
      transpose_quad(source + j * stride + k, stride, target + k * target_stride + j,
                     target_stride);
    for (; k < depth; ++k) {
      for (std::int64_t i = j; i < j + 4; ++i)
        target[k * target_stride + i] = source[i * stride + k];
    }
  }
  for (; j < columns; ++j) {
    for (std::int64_t k = 0; k < depth; ++k) target[k * target_stride + j] = source[j * stride + k];
  }
}

/// The transpose of (columns, depth), rows `stride` apart, as B (depth, columns) in panels.
void pack_columns(const float* source, std::int64_t stride, std::int64_t depth,
                  std::int64_t columns, float* panels) {
  for (std::int64_t first = 0; first < columns; first += panel_columns) {
    const std::int64_t kept = columns - first < panel_columns ? columns - first : panel_columns;
    transpose(source + first * stride, stride, depth, kept, panels, panel_columns);
    for (std::int64_t k = 0; k < depth; ++k) {
      for (std::int64_t j = kept; j < panel_columns; ++j) panels[k * panel_columns + j] = 0;
    }
    panels += depth * panel_columns;
  }
}

enum class Store { overwrite, accumulate };

template <int rows, int vectors>
inline void product_tile(Broadcast a, const float* b_rows, std::int64_t b_stride,
                         std::int64_t depth, float* c, std::int64_t c_stride, Store mode) {
  Vector<float> sums[rows][vectors] = {};
  for (std::int64_t k = 0; k < depth; ++k) {
    Vector<float> b[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) b[v] = load(b_rows + k * b_stride + v * lanes);
#pragma GCC unroll 6
    for (int r = 0; r < rows; ++r) {
      const Vector<float> x = broadcast(a.data[r * a.row_stride + k * a.column_stride]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sums[r][v] += x * b[v];
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < vectors; ++v) {
      float* target = c + r * c_stride + v * lanes;
      store(target, mode == Store::overwrite ? sums[r][v] : sums[r][v] + load(target));
    }
  }
}

template <int vectors>
inline void product_rows(Broadcast a, const float* b, std::int64_t b_stride, std::int64_t m,
                         std::int64_t depth, float* c, std::int64_t c_stride, Store mode) {
  std::int64_t i = 0;
  for (; i + tile_rows <= m; i += tile_rows) {
    product_tile<tile_rows, vectors>({a.data + i * a.row_stride, a.row_stride, a.column_stride}, b,
                                     b_stride, depth, c + i * c_stride, c_stride, mode);
  }
  const Broadcast rest = {a.data + i * a.row_stride, a.row_stride, a.column_stride};
  float* c_rest = c + i * c_stride;
  switch (m - i) {
    case 1:
      return product_tile<1, vectors>(rest, b, b_stride, depth, c_rest, c_stride, mode);
    case 2:
      return product_tile<2, vectors>(rest, b, b_stride, depth, c_rest, c_stride, mode);
    case 3:
      return product_tile<3, vectors>(rest, b, b_stride, depth, c_rest, c_stride, mode);
    case 4:
      return product_tile<4, vectors>(rest, b, b_stride, depth, c_rest, c_stride, mode);
    case 5:
      return product_tile<5, vectors>(rest, b, b_stride, depth, c_rest, c_stride, mode);
    default:
      return;
  }
}

// At most panel_columns columns of the product.
inline void product_of_panel(Broadcast a, const float* b, std::int64_t b_stride, std::int64_t m,
                             std::int64_t n, std::int64_t depth, float* c, std::int64_t c_stride,
                             Store mode) {
  if (n > (tile_vectors - 1) * lanes)
    return product_rows<tile_vectors>(a, b, b_stride, m, depth, c, c_stride, mode);
  for (std::int64_t j = 0; j < n; j += lanes)
    product_rows<1>(a, b + j, b_stride, m, depth, c + j, c_stride, mode);
}

inline std::int64_t smaller(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

/// C (m, n) = or += A (m, depth) B (depth, n), B in panels. Rows of C are c_stride apart and have
/// room for n rounded up to whole vectors; what lies beyond n there is overwritten.
void product(Broadcast a, const float* panels, std::int64_t m, std::int64_t n, std::int64_t depth,
             float* c, std::int64_t c_stride, Store mode) {
  for (std::int64_t first = 0; first < n; first += panel_columns) {
    product_of_panel(a, panels + first * depth, panel_columns, m, smaller(panel_columns, n - first),
                     depth, c + first, c_stride, mode);
  }
}

/// The same, rows of B being b_stride apart: its columns may begin anywhere. As in C, what is read
/// of a row is n rounded up to whole vectors.
inline void product_of_columns(Broadcast a, const float* b, std::int64_t b_stride, std::int64_t m,
                               std::int64_t n, std::int64_t depth, float* c, std::int64_t c_stride,
                               Store mode) {
  for (std::int64_t first = 0; first < n; first += panel_columns) {
    product_of_panel(a, b + first, b_stride, m, smaller(panel_columns, n - first), depth, c + first,
                     c_stride, mode);
  }
}

// C (m, n) = or += A (m, depth) B: B's panels are `packed_depth` deep, of which rows `from` …
// `from + depth` are used.
inline void product_of_rows(Broadcast a, const float* panels, std::int64_t packed_depth,
                            std::int64_t from, std::int64_t m, std::int64_t n, std::int64_t depth,
                            float* c, std::int64_t c_stride, Store mode) {
  for (std::int64_t column = 0; column < n; column += panel_columns) {
    product(a, panels + column * packed_depth + from * panel_columns, m,
            smaller(panel_columns, n - column), depth, c + column, c_stride, mode);
  }
}

inline void copy_to_head(const float* source, std::int64_t source_stride, HeadMatrix<float> target,
                         std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      target.data[i * target.stride + j] = source[i * source_stride + j];
  }
}

}  // namespace
}  // namespace roformer::attention
