// What depends on a pair's distance, for a block of queries: products with a table's rows, each
// (rows of the block, keys + rows − 1), whose rows are shifted against the scores ("skewing", Huang
// et al. 2018, section 3.4.1). For *_kernel.cpp files only, as matrix_product_kernel.h.
#pragma once
#include "roformer/attention/matrix_product_kernel.h"

namespace roformer::attention {
namespace {

// 8 tiles of rows: 48 rows × 512 keys × 4 B = 98 kB, and as much again in the backward pass, fit a
// 256 kB L2 cache.
constexpr std::int64_t block_rows = 8 * tile_rows;

/// `count` queries from `first` on, and the `keys` first keys that the last of them sees. In what is
/// by distance the pair of query i of the block and key j stands at `offset` + count − 1 − i + j.
struct QueryBlock {
  std::int64_t first, count, keys;
  std::int64_t offset;

  std::int64_t width() const { return keys + count - 1; }
  std::int64_t shift(std::int64_t i) const { return count - 1 - i; }
};

// 16 keys beside 48 queries have 63 distances: one panel of AVX-512.
constexpr std::int64_t keys_a_product = 16;
// In the gradient, whose inner size the keys are: of 24 keys' 71 distances a key has 48.
constexpr std::int64_t keys_a_gradient = 24;

/// scores(i, j) += products(i, shift of i + j).
inline void add_skewed(const QueryBlock& block, const float* products, std::int64_t products_stride,
                       float* scores, std::int64_t stride) {
  for (std::int64_t i = 0; i < block.count; ++i) {
    const float* source = products + i * products_stride + block.shift(i);
    float* const row = scores + i * stride;
    for (std::int64_t j = 0; j < block.keys; j += lanes)
      store(row + j, load(row + j) + load(source + j));
  }
}

/// skewed(i, shift of i + j) = scores(i, j), and 0 where no pair stands.
inline void skew(const QueryBlock& block, const float* scores, std::int64_t stride, float* skewed,
                 std::int64_t skewed_stride) {
  const std::int64_t width = block.width();
  for (std::int64_t i = 0; i < block.count; ++i) {
    float* const row = skewed + i * skewed_stride;
    const float* source = scores + i * stride;
    std::int64_t c = 0;
    for (; c < block.shift(i); ++c) row[c] = 0;
    for (std::int64_t j = 0; j < block.keys; ++j) row[c + j] = source[j];
    for (c += block.keys; c < width; ++c) row[c] = 0;
  }
}

/// scores(i, j) += k(j) · b(distance), b's rows as the columns of `columns` (size, …).
inline void add_key_products(const QueryBlock& block, HeadMatrix<const float> k,
                             const float* columns, std::int64_t columns_stride, std::int64_t size,
                             float* scores, std::int64_t stride) {
  constexpr std::int64_t products_stride =
      round_up(keys_a_product + block_rows - 1, panel_columns) + lanes;
  float products[keys_a_product * products_stride];
  for (std::int64_t first = 0; first < block.keys; first += keys_a_product) {
    const std::int64_t keys = smaller(keys_a_product, block.keys - first);
    product_of_columns({k.data + first * k.stride, k.stride, 1}, columns + block.offset + first,
                       columns_stride, keys, keys + block.count - 1, size, products,
                       products_stride, Store::overwrite);
    for (std::int64_t i = 0; i < block.count; ++i) {
      float* const row = scores + i * stride + first;
      const float* source = products + block.shift(i);
      for (std::int64_t j = 0; j < keys; ++j) row[j] += source[j * (products_stride + 1)];
    }
  }
}

/// A table's rows in panels (`depth` deep), and where their gradient is summed up, row by row
/// `gradient_stride` apart; nullptr: nowhere.
struct TableInPanels {
  const float* rows;
  std::int64_t depth;
  float* gradient;
  std::int64_t gradient_stride;
};

/// The gradients of add_key_products: of k, added to k_sums (keys, size), and of b. `k_rows` are
/// panels of `num_keys` keys.
inline void add_key_gradients(const QueryBlock& block, const float* slopes, std::int64_t stride,
                              const TableInPanels& table, const float* k_rows,
                              std::int64_t num_keys, std::int64_t size, float* k_sums,
                              std::int64_t k_sums_stride) {
  constexpr std::int64_t by_key_stride = round_up(keys_a_gradient + block_rows - 1, lanes);
  float by_key[keys_a_gradient * by_key_stride];
  for (std::int64_t first = 0; first < block.keys; first += keys_a_gradient) {
    const std::int64_t keys = smaller(keys_a_gradient, block.keys - first),
                       width = keys + block.count - 1;
    for (std::int64_t c = 0; c < keys * by_key_stride; ++c) by_key[c] = 0;
    for (std::int64_t i = 0; i < block.count; ++i) {
      const float* row = slopes + i * stride + first;
      float* const target = by_key + block.shift(i);
      for (std::int64_t j = 0; j < keys; ++j) target[j * (by_key_stride + 1)] = row[j];
    }
    const std::int64_t begin = block.offset + first;
    product_of_rows({by_key, by_key_stride, 1}, table.rows, table.depth, begin, keys, size, width,
                    k_sums + first * k_sums_stride, k_sums_stride, Store::accumulate);
    if (table.gradient == nullptr) continue;
    product_of_rows({by_key, 1, by_key_stride}, k_rows, num_keys, first, width, size, keys,
                    table.gradient + begin * table.gradient_stride, table.gradient_stride,
                    Store::accumulate);
  }
}

}  // namespace
}  // namespace roformer::attention
