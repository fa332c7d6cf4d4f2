// What the forward and the gradient kernel of softmax attention share: who sees whom, exponentials of
// scores, scratch memory, and the terms' tables for a block of queries. For *_kernel.cpp files only:
// everything is in an anonymous namespace, one copy an instruction set.
#pragma once
#include "roformer/attention/complex_rows_kernel.h"
#include "roformer/attention/distance_products_kernel.h"
#include "roformer/attention/matrix_product_kernel.h"
#include "roformer/attention/softmax_attention_kernel.h"
#include "roformer/base/random.h"

namespace roformer::attention {
namespace {

// One vector beyond a whole number of panels, so that rows are not a power of two apart (which
// would share cache sets).
constexpr std::int64_t score_stride(std::int64_t num_keys) {
  return round_up(num_keys, panel_columns) + lanes;
}

inline std::int64_t visible_keys(const AttentionShape& shape, std::int64_t query) {
  const std::int64_t looking_back = shape.offset + query + 1;
  const std::int64_t seen = looking_back > shape.prefix ? looking_back : shape.prefix;
  return smaller(seen, shape.num_keys);
}

inline Vector<std::int32_t> lanes_below(std::int64_t limit, std::int64_t first) {
  const Vector<std::uint32_t> numbers =
      base::simd::lane_numbers() + static_cast<std::uint32_t>(first);
  return numbers < broadcast(static_cast<std::uint32_t>(limit));
}

// Elements of the row that dropout keeps; the first is number `first` of its row.
inline Vector<std::int32_t> kept(base::RowKey key, std::uint32_t threshold, std::int64_t first) {
  const Vector<std::uint32_t> columns =
      base::simd::lane_numbers() + static_cast<std::uint32_t>(first);
  return base::row_bits(columns, key) >= broadcast(threshold);
}

// scores := e^(scale scores − shift) on the first `visible`, 0 up to `padded`; returns their sum.
inline float exponentiate(float* scores, std::int64_t visible, std::int64_t padded, float scale,
                          float shift) {
  Vector<float> total = {};
  std::int64_t j = 0;
  for (; j + lanes <= visible; j += lanes) {
    const Vector<float> y = base::simd::exponential(load(scores + j) * scale - shift);
    total += y;
    store(scores + j, y);
  }
  for (; j < padded; j += lanes) {
    const Vector<float> y = base::simd::exponential(load(scores + j) * scale - shift);
    const Vector<float> shown = lanes_below(visible, j) ? y : Vector<float>{};
    total += shown;
    store(scores + j, shown);
  }
  return base::simd::sum(total);
}

// Rows of a table that a piece of work looks at, and their distance in the transposed table: an odd
// number of vectors, so that a column does not fall into a few sets of the cache.
struct Window {
  std::int64_t first, rows;

  std::int64_t stride() const {
    return (round_up(rows + panel_columns, lanes) / lanes | 1) * lanes;
  }
};

// `queries` on the keys from first_key on.
inline Window window_of(const HeadTerms& terms, Range queries, std::int64_t first_key,
                        std::int64_t keys) {
  return {terms.first_row + first_key - (queries.end - 1), keys + queries.end - queries.begin - 1};
}

inline Window largest_window(const AttentionShape& shape, std::int64_t keys) {
  return {0, shape.has_distances ? keys + shape.num_queries : 0};
}

inline std::int64_t skewed_stride(std::int64_t keys) {
  return round_up(keys + block_rows - 1, panel_columns) + lanes;
}

// The window of a table as columns; nothing for no table.
inline void transpose_window(const TermTable& table, const Window& window, std::int64_t size,
                             float* columns) {
  if (table.vectors == nullptr) return;
  transpose(table.vectors + window.first * size, size, size, window.rows, columns, window.stride());
}

inline void pack_window(const TermTable& table, const Window& window, std::int64_t size,
                        float* panels) {
  if (table.vectors == nullptr) return;
  pack_rows(table.vectors + window.first * size, size, window.rows, size, panels);
}

// x itself, or in `wide` its rows + shift, each followed by its row of `beside`.
inline HeadMatrix<const float> widened(HeadMatrix<const float> x, std::int64_t rows,
                                       const float* shift, const float* beside, std::int64_t size,
                                       std::int64_t beside_size, float* wide) {
  if (shift == nullptr && beside_size == 0) return x;
  const std::int64_t stride = size + beside_size;
  for (std::int64_t i = 0; i < rows; ++i) {
    float* const row = wide + i * stride;
    const float* source = x.data + i * x.stride;
    for (std::int64_t d = 0; d < size; ++d)
      row[d] = shift == nullptr ? source[d] : source[d] + shift[d];
    for (std::int64_t e = 0; e < beside_size; ++e) row[size + e] = beside[i * beside_size + e];
  }
  return {wide, stride};
}

// What `count` queries from `first` on are multiplied with keys as: with the terms' shift and rows
// beside them, or as both parts of complex products.
inline HeadMatrix<const float> factor_rows(const AttentionShape& shape, const HeadTerms& terms,
                                           HeadMatrix<const float> q, std::int64_t first,
                                           std::int64_t count, float* memory) {
  if (shape.product != position::PairProduct::real)
    return real_and_imaginary(q.from(first), count, shape.head_size, shape.product, memory);
  return widened(q.from(first), count, terms.shift.vectors,
                 terms.query_rows.vectors + first * shape.row_size, shape.head_size, shape.row_size,
                 memory);
}

// What the terms add to the scores of a block, in the units of q · k.
struct ScoreTables {
  const float *query_columns, *key_columns;
  std::int64_t columns_stride;
  float* skewed;
  std::int64_t skewed_stride;
};

inline void add_table_products(const QueryBlock& block, const HeadTerms& terms,
                               const ScoreTables& tables, HeadMatrix<const float> q,
                               HeadMatrix<const float> k, std::int64_t size, float* scores,
                               std::int64_t stride) {
  if (terms.queries.vectors != nullptr) {
    product_of_columns({q.data, q.stride, 1}, tables.query_columns + block.offset,
                       tables.columns_stride, block.count, block.width(), size, tables.skewed,
                       tables.skewed_stride, Store::overwrite);
    add_skewed(block, tables.skewed, tables.skewed_stride, scores, stride);
  }
  if (terms.keys.vectors != nullptr)
    add_key_products(block, k, tables.key_columns, tables.columns_stride, size, scores, stride);
}

// scores := scale scores + numbers.
inline void add_numbers(float* scores, std::int64_t padded, float scale, const float* numbers) {
  if (numbers == nullptr) {
    for (std::int64_t j = 0; j < padded; j += lanes) store(scores + j, load(scores + j) * scale);
    return;
  }
  for (std::int64_t j = 0; j < padded; j += lanes)
    store(scores + j, load(scores + j) * scale + load(numbers + j));
}

inline const float* numbers_of(const HeadTerms& terms, const Window& window,
                               const QueryBlock& block, std::int64_t i) {
  return terms.numbers.vectors == nullptr
             ? nullptr
             : terms.numbers.vectors + window.first + block.offset + block.shift(i);
}

}  // namespace
}  // namespace roformer::attention
