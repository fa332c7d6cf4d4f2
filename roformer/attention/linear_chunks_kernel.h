// Causal linear attention chunk by chunk, whoever gives the features. For *_kernel.cpp files only:
// everything is in an anonymous namespace, one copy an instruction set.
//
// Tokens go by in chunks. Within a chunk the pairs are weighed by matrix products, as in quadratic
// attention; all tokens before it are summed up in S = Σ k vᵀ (F, D), which stays in the
// second-level cache. The gradient runs over the chunks twice: forward with S, which is summed up
// anew, for that of the queries, and backward with the sum of q dᵀ, d the gradient of the
// numerator, for those of keys and values. Kept between the passes are the denominators and the
// sums at the borders of pieces.
//
// Either may begin anywhere in a sequence, if it gets the sums of what is before or behind.
//
// A class Features has
//   LinearHead<const float> read(first, count)       the rows of a chunk: queries, keys and values
//   LinearHead<const float> read_keys(first, count)  the same, queries not needed
//   void write_query_gradient(first, count, numerator, denominator, stride), write_key_gradient(…)
//                                       take the gradients of the features of the chunk read last;
//                                       the denominator's is null if nothing is normalised
#pragma once
#include <cstdint>

#include "roformer/attention/linear_attention_kernel.h"
#include "roformer/attention/matrix_product_kernel.h"

namespace roformer::attention {
namespace {

// Rows of a chunk whose pairs are computed together, so that less than half of what lies above the
// diagonal is computed.
constexpr std::int64_t block = 4 * tile_rows;
// Pairs cost 2 · chunk · (F + D) a token and the sums 4 · F · D, whatever the chunk; below some 64
// tokens the traffic of S begins to tell.
constexpr std::int64_t chunk_rows = 3 * block;
static_assert(chunk_rows == linear_chunk);
constexpr std::int64_t pair_stride = chunk_rows + 2 * lanes;

// Sums (rows, columns) in panels, += A (rows, depth) B (depth, columns), B in panels.
void add_product_to_panels(Broadcast a, const float* panels, std::int64_t rows,
                           std::int64_t columns, std::int64_t depth, float* sums) {
  for (std::int64_t column = 0; column < columns; column += panel_columns) {
    product(a, panels + column * depth, rows, smaller(panel_columns, columns - column), depth,
            sums + column * rows, panel_columns, Store::accumulate);
  }
}

void unpack_rows(const float* panels, std::int64_t depth, std::int64_t columns, float* target) {
  for (std::int64_t k = 0; k < depth; ++k) {
    for (std::int64_t j = 0; j < columns; ++j) {
      target[k * columns + j] =
          panels[j / panel_columns * panel_columns * depth + k * panel_columns + j % panel_columns];
    }
  }
}

void clear(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = 0;
}

// Row i of a block that begins at row `first` of the chunk keeps its first `first + i + 1` columns.
void hide_future(float* pairs, std::int64_t first, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = first + i + 1; j < columns; ++j) pairs[i * pair_stride + j] = 0;
  }
}

// Pairs (count, count) of a chunk = A Bᵀ on and below the diagonal, B in panels of columns; what a
// block of rows lies above is zero up to its last column, and not written beyond.
void lower_pairs(HeadMatrix<const float> a, const float* panels, std::int64_t count,
                 std::int64_t depth, float* pairs) {
  for (std::int64_t first = 0; first < count; first += block) {
    const std::int64_t rows = smaller(block, count - first), columns = first + rows;
    float* const target = pairs + first * pair_stride;
    product({a.data + first * a.stride, a.stride, 1}, panels, rows, columns, depth, target,
            pair_stride, Store::overwrite);
    hide_future(target, first, rows, columns);
  }
}

// C (count, n) += P B with P lower triangular, B (count, n) in panels.
void add_lower_product(const float* pairs, const float* panels, std::int64_t count, std::int64_t n,
                       float* c, std::int64_t c_stride) {
  for (std::int64_t first = 0; first < count; first += block) {
    const std::int64_t rows = smaller(block, count - first);
    product_of_rows({pairs + first * pair_stride, pair_stride, 1}, panels, count, 0, rows, n,
                    first + rows, c + first * c_stride, c_stride, Store::accumulate);
  }
}

// C (count, n) += Pᵀ B.
void add_upper_product(const float* pairs, const float* panels, std::int64_t count, std::int64_t n,
                       float* c, std::int64_t c_stride) {
  for (std::int64_t first = 0; first < count; first += block) {
    const std::int64_t rows = smaller(block, count - first);
    product_of_rows({pairs + first * pair_stride + first, 1, pair_stride}, panels, count, first,
                    rows, n, count - first, c + first * c_stride, c_stride, Store::accumulate);
  }
}

void add_row(const float* row, std::int64_t size, float* sums) {
  for (std::int64_t i = 0; i < size; ++i) sums[i] += row[i];
}

void add_scaled_row(const float* row, float factor, std::int64_t size, float* sums) {
  for (std::int64_t i = 0; i < size; ++i) sums[i] += factor * row[i];
}

void scale_row(const float* row, float factor, std::int64_t size, float* target) {
  for (std::int64_t i = 0; i < size; ++i) target[i] = factor * row[i];
}

std::int64_t padded(std::int64_t columns) {
  return round_up(columns, lanes);
}

/// Floats of scratch that attend_chunks needs.
std::int64_t attend_chunks_scratch(const LinearShape& shape) {
  return packed_size(shape.features, chunk_rows) + packed_size(chunk_rows, shape.size) +
         packed_size(shape.features, shape.size) + chunk_rows * pair_stride +
         chunk_rows * padded(shape.size) + 8 * lanes;
}

template <typename Features>
void attend_chunks(const LinearShape& shape, Features& source, const LinearSums& sums,
                   HeadMatrix<float> out, float* denominators, Arena arena) {
  const std::int64_t features = shape.features, size = shape.size, row_stride = padded(size);
  float* const k_columns = arena.take(packed_size(features, chunk_rows));
  float* const v_rows = arena.take(packed_size(chunk_rows, size));
  float* const state = arena.take(packed_size(features, size));
  float* const pairs = arena.take(chunk_rows * pair_stride);
  float* const rows = arena.take(chunk_rows * row_stride);
  pack_rows(sums.numerator, size, features, size, state);
  for (std::int64_t first = 0; first < shape.length; first += chunk_rows) {
    const std::int64_t count = smaller(chunk_rows, shape.length - first);
    const LinearHead<const float> x = source.read(first, count);
    pack_columns(x.k.data, x.k.stride, features, count, k_columns);
    pack_rows(x.v.data, x.v.stride, count, size, v_rows);
    product({x.q.data, x.q.stride, 1}, state, count, size, features, rows, row_stride,
            Store::overwrite);
    lower_pairs(x.q, k_columns, count, features, pairs);
    add_lower_product(pairs, v_rows, count, size, rows, row_stride);
    add_product_to_panels({x.k.data, 1, x.k.stride}, v_rows, features, size, count, state);
    for (std::int64_t i = 0; i < count; ++i) {
      add_row(x.k_norm.from(i).data, features, sums.denominator);
      const float denominator =
          shape.normalizes
              ? dot_of(x.q_norm.from(i).data, sums.denominator, features) + shape.epsilon
              : 1;
      denominators[first + i] = denominator;
      scale_row(rows + i * row_stride, 1 / denominator, size, out.from(first + i).data);
    }
  }
  unpack_rows(state, features, size, sums.numerator);
}

/// The sums alone.
template <typename Features>
void sum_chunks(const LinearShape& shape, Features& source, const LinearSums& sums, Arena arena) {
  const std::int64_t features = shape.features, size = shape.size;
  float* const v_rows = arena.take(packed_size(chunk_rows, size));
  float* const state = arena.take(packed_size(features, size));
  pack_rows(sums.numerator, size, features, size, state);
  for (std::int64_t first = 0; first < shape.length; first += chunk_rows) {
    const std::int64_t count = smaller(chunk_rows, shape.length - first);
    const LinearHead<const float> x = source.read_keys(first, count);
    pack_rows(x.v.data, x.v.stride, count, size, v_rows);
    add_product_to_panels({x.k.data, 1, x.k.stride}, v_rows, features, size, count, state);
    for (std::int64_t i = 0; i < count; ++i)
      add_row(x.k_norm.from(i).data, features, sums.denominator);
  }
  unpack_rows(state, features, size, sums.numerator);
}

/// What the gradient starts from.
struct OutputSlope {
  HeadMatrix<const float> out, gradient;
  const float* denominators;
};

// The gradients of a chunk's numerators, d = dO / denominator (count, D) with rows padded(D) apart,
// and of its denominators, −(dO · O) / denominator.
void numerator_gradient(const LinearShape& shape, const OutputSlope& slope, std::int64_t first,
                        std::int64_t count, float* slopes, float* denominator_slopes) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float* const gradient = slope.gradient.from(first + i).data;
    const float factor = 1 / slope.denominators[first + i];
    scale_row(gradient, factor, shape.size, slopes + i * padded(shape.size));
    denominator_slopes[i] = -factor * dot_of(gradient, slope.out.from(first + i).data, shape.size);
  }
}

// What either of the next two works in.
struct GradientBuffers {
  GradientBuffers(const LinearShape& shape, Arena memory) : arena(memory) {
    const std::int64_t features = shape.features, size = shape.size;
    state = arena.take(packed_size(features, size));
    transposed_state = arena.take(packed_size(size, features));
    v_columns = arena.take(packed_size(size, chunk_rows));
    const std::int64_t as_columns = packed_size(features, chunk_rows),
                       as_rows = packed_size(chunk_rows, features);
    k_panels = arena.take(as_columns > as_rows ? as_columns : as_rows);
    q_rows = arena.take(packed_size(chunk_rows, features));
    d_rows = arena.take(packed_size(chunk_rows, size));
    pairs = arena.take(chunk_rows * pair_stride);
    slopes = arena.take(chunk_rows * padded(size));
    denominator_slopes = arena.take(chunk_rows);
    rows = arena.take(chunk_rows * padded(features));
    norm_rows = arena.take(chunk_rows * padded(features));
    value_rows = arena.take(chunk_rows * padded(size));
    before = arena.take(features);
    behind = arena.take(features);
  }

  Arena arena;
  float *state, *transposed_state;  // sums (F, D), and (D, F)
  float *v_columns, *k_panels, *q_rows, *d_rows, *pairs;
  float *slopes, *denominator_slopes, *rows, *norm_rows, *value_rows;
  float *before, *behind;  // of the denominator
};

/// Floats of scratch that either of the next two needs.
std::int64_t chunk_gradient_scratch(const LinearShape& shape) {
  return GradientBuffers(shape, {nullptr}).arena.used + lanes;
}

// Sums (F, D) as panels of their transpose; zeros for none.
void pack_transposed(const LinearShape& shape, const float* sums, float* panels) {
  if (sums == nullptr) return clear(panels, packed_size(shape.size, shape.features));
  pack_columns(sums, shape.size, shape.size, shape.features, panels);
}

void copy_or_clear(const float* source, std::int64_t count, float* target) {
  for (std::int64_t i = 0; i < count; ++i) target[i] = source == nullptr ? 0 : source[i];
}

// Forward over the chunks: dq = (d Vᵀ below the diagonal) K + d Sᵀ, and the denominator's part.
template <typename Features>
void query_gradient(const LinearShape& shape, Features& source, const OutputSlope& slope,
                    const GradientSums& sums, Arena arena) {
  const std::int64_t features = shape.features, size = shape.size, stride = padded(features);
  const GradientBuffers at(shape, arena);
  const bool sums_up = sums.own.numerator != nullptr;
  pack_transposed(shape, sums.begin.numerator, at.transposed_state);
  copy_or_clear(sums.begin.denominator, features, at.before);
  if (sums_up) {
    clear(at.state, packed_size(features, size));
    clear(at.behind, features);
  }
  for (std::int64_t first = 0; first < shape.length; first += chunk_rows) {
    const std::int64_t count = smaller(chunk_rows, shape.length - first);
    const LinearHead<const float> x = source.read(first, count);
    numerator_gradient(shape, slope, first, count, at.slopes, at.denominator_slopes);
    pack_columns(x.v.data, x.v.stride, size, count, at.v_columns);
    pack_rows(x.k.data, x.k.stride, count, features, at.k_panels);
    const HeadMatrix<const float> d{at.slopes, padded(size)};
    product({d.data, d.stride, 1}, at.transposed_state, count, features, size, at.rows, stride,
            Store::overwrite);
    lower_pairs(d, at.v_columns, count, size, at.pairs);
    add_lower_product(at.pairs, at.k_panels, count, features, at.rows, stride);
    add_product_to_panels({x.v.data, 1, x.v.stride}, at.k_panels, size, features, count,
                          at.transposed_state);
    for (std::int64_t i = 0; shape.normalizes && i < count; ++i) {
      add_row(x.k_norm.from(i).data, features, at.before);
      scale_row(at.before, at.denominator_slopes[i], features, at.norm_rows + i * stride);
    }
    if (sums_up) {
      pack_rows(d.data, d.stride, count, size, at.d_rows);
      add_product_to_panels({x.q.data, 1, x.q.stride}, at.d_rows, features, size, count, at.state);
      for (std::int64_t i = 0; shape.normalizes && i < count; ++i)
        add_scaled_row(x.q_norm.from(i).data, at.denominator_slopes[i], features, at.behind);
    }
    source.write_query_gradient(first, count, at.rows, shape.normalizes ? at.norm_rows : nullptr,
                                stride);
  }
  if (!sums_up) return;
  unpack_rows(at.state, features, size, sums.own.numerator);
  copy_or_clear(at.behind, features, sums.own.denominator);
}

// Backward over the chunks, with T = Σ q dᵀ over the tokens behind, `begin` at first:
// dk = (d Vᵀ below the diagonal)ᵀ Q + V Tᵀ, dv = (Q Kᵀ below the diagonal)ᵀ d + K T.
template <typename Features>
void key_gradient(const LinearShape& shape, Features& source, const OutputSlope& slope,
                  HeadMatrix<float> v_gradient, const LinearSums& begin, Arena arena) {
  const std::int64_t features = shape.features, size = shape.size, stride = padded(features);
  const GradientBuffers at(shape, arena);
  pack_transposed(shape, begin.numerator, at.transposed_state);
  copy_or_clear(begin.denominator, features, at.behind);
  if (begin.numerator == nullptr) {
    clear(at.state, packed_size(features, size));
  } else {
    pack_rows(begin.numerator, size, features, size, at.state);
  }
  const std::int64_t last = (shape.length - 1) / chunk_rows * chunk_rows;
  for (std::int64_t first = last; first >= 0; first -= chunk_rows) {
    const std::int64_t count = smaller(chunk_rows, shape.length - first);
    const LinearHead<const float> x = source.read(first, count);
    numerator_gradient(shape, slope, first, count, at.slopes, at.denominator_slopes);
    const HeadMatrix<const float> d{at.slopes, padded(size)};
    pack_columns(x.v.data, x.v.stride, size, count, at.v_columns);
    pack_columns(x.k.data, x.k.stride, features, count, at.k_panels);
    pack_rows(x.q.data, x.q.stride, count, features, at.q_rows);
    pack_rows(d.data, d.stride, count, size, at.d_rows);
    product({x.v.data, x.v.stride, 1}, at.transposed_state, count, features, size, at.rows, stride,
            Store::overwrite);
    product({x.k.data, x.k.stride, 1}, at.state, count, size, features, at.value_rows, padded(size),
            Store::overwrite);
    lower_pairs(d, at.v_columns, count, size, at.pairs);
    add_upper_product(at.pairs, at.q_rows, count, features, at.rows, stride);
    lower_pairs(x.q, at.k_panels, count, features, at.pairs);
    add_upper_product(at.pairs, at.d_rows, count, size, at.value_rows, padded(size));
    copy_to_head(at.value_rows, padded(size), v_gradient.from(first), count, size);
    add_product_to_panels({x.q.data, 1, x.q.stride}, at.d_rows, features, size, count, at.state);
    add_product_to_panels({d.data, 1, d.stride}, at.q_rows, size, features, count,
                          at.transposed_state);
    for (std::int64_t i = count - 1; shape.normalizes && i >= 0; --i) {
      add_scaled_row(x.q_norm.from(i).data, at.denominator_slopes[i], features, at.behind);
      scale_row(at.behind, 1, features, at.norm_rows + i * stride);
    }
    source.write_key_gradient(first, count, at.rows, shape.normalizes ? at.norm_rows : nullptr,
                              stride);
  }
}

}  // namespace
}  // namespace roformer::attention
