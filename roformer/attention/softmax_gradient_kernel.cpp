// The gradient recomputes the scores and the dropout mask of a block, so that nothing of size T × T is
// ever stored. Of softmax: dS = P ∘ (dP − rowsum(dO ∘ O)) (Dao et al. 2022, section B.4).
#include "roformer/attention/softmax_attention_kernel.h"
#include "roformer/attention/softmax_blocks_kernel.h"

namespace roformer::attention {
namespace {

// Keys of a range of which query `query` sees the first ones.
std::int64_t visible_of(const AttentionShape& shape, std::int64_t query, Range keys) {
  const std::int64_t seen = visible_keys(shape, query) - keys.begin;
  return seen < 0 ? 0 : smaller(seen, keys.end - keys.begin);
}

// weights := dropped weights; slopes (dP) := scale P ∘ (D ∘ dP − delta), D the mask over keep, whose
// row begins at number `first`.
void softmax_gradient(float* weights, float* slopes, std::int64_t padded,
                      const AttentionShape& shape, base::RowKey key, std::int64_t first,
                      float delta) {
  if (shape.dropout == 0) {
    for (std::int64_t j = 0; j < padded; j += lanes) {
      store(slopes + j, load(weights + j) * (load(slopes + j) - delta) * shape.scale);
    }
    return;
  }
  const std::uint32_t threshold = base::drop_threshold(shape.dropout);
  const Vector<float> boost = broadcast(1 / (1 - shape.dropout));
  for (std::int64_t j = 0; j < padded; j += lanes) {
    const Vector<float> mask = kept(key, threshold, first + j) ? boost : Vector<float>{};
    const Vector<float> weight = load(weights + j);
    store(slopes + j, weight * (load(slopes + j) * mask - delta) * shape.scale);
    store(weights + j, weight * mask);
  }
}

TableInPanels in_panels(const TermTable& table, const Window& window, std::int64_t size,
                        const float* panels) {
  const std::int64_t stride = term_gradient_stride(size);
  return {panels, window.rows,
          table.gradient == nullptr ? nullptr : table.gradient + window.first * stride, stride};
}

// sums(r) += factor · what the rows give to row r.
void add_number_gradients(const QueryBlock& block, const float* slopes, std::int64_t stride,
                          float factor, float* sums) {
  for (std::int64_t i = 0; i < block.count; ++i) {
    float* const target = sums + block.offset + block.shift(i);
    const float* row = slopes + i * stride;
    for (std::int64_t j = 0; j < block.keys; ++j) target[j] += factor * row[j];
  }
}

void add_rows(const float* source, std::int64_t source_stride, std::int64_t rows,
              std::int64_t columns, float* target, std::int64_t target_stride) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t e = 0; e < columns; ++e)
      target[i * target_stride + e] += source[i * source_stride + e];
  }
}

// The gradient of a table from its products' gradient, skewed, and the other factor's rows in panels.
void add_table_gradient(const QueryBlock& block, const float* skewed, std::int64_t stride,
                        const float* panels, std::int64_t size, const TableInPanels& table) {
  if (table.gradient == nullptr) return;
  product({skewed, 1, stride}, panels, block.width(), size, block.count,
          table.gradient + block.offset * table.gradient_stride, table.gradient_stride,
          Store::accumulate);
}

void set_to_zero(HeadMatrix<float> target, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) target.data[i * target.stride + j] = 0;
  }
}

struct BackwardBuffers {
  BackwardBuffers(const AttentionShape& shape, std::int64_t keys, float* memory) : arena{memory} {
    const std::int64_t size = shape.head_size, wide = size + shape.row_size;
    const std::int64_t stride = score_stride(keys), queries = shape.parts() * block_rows;
    const Window window = largest_window(shape, keys);
    const std::int64_t columns = window.rows == 0 ? 0 : size * window.stride();
    k_columns = arena.take(packed_size(wide, keys));
    v_columns = arena.take(packed_size(size, keys));
    k_rows = arena.take(packed_size(keys, wide));
    q_rows = arena.take(packed_size(queries, wide));
    slope_rows = arena.take(packed_size(block_rows, size));
    weights = arena.take(block_rows * stride);
    slopes = arena.take(block_rows * stride);
    products = shape.parts() == 1 ? weights : arena.take(queries * stride);
    k_sums = arena.take(keys * round_up(wide, lanes));
    v_sums = arena.take(keys * round_up(size, lanes));
    q_sums = arena.take(queries * round_up(wide, lanes));
    wide_k = arena.take(keys * wide);
    wide_q = arena.take(queries * wide);
    query_columns = arena.take(columns);
    key_columns = arena.take(columns);
    value_columns = arena.take(columns);
    query_rows = arena.take(packed_size(window.rows, size));
    key_rows = arena.take(packed_size(window.rows, size));
    skewed = arena.take(window.rows == 0 ? 0 : block_rows * skewed_stride(keys));
  }

  Arena arena;
  float *k_columns, *v_columns, *k_rows, *q_rows, *slope_rows, *weights, *slopes;
  float* products;  // what the weights are made of: themselves, or both parts of complex numbers
  float *k_sums, *v_sums, *q_sums, *wide_k, *wide_q;
  float *query_columns, *key_columns, *value_columns, *query_rows, *key_rows, *skewed;
};

}  // namespace

template <base::Isa>
std::int64_t attend_backward_scratch(const AttentionShape& shape, std::int64_t keys) {
  return BackwardBuffers(shape, keys, nullptr).arena.used;
}

template <base::Isa>
void attend_backward(const AttentionShape& shape, const HeadTerms& terms, HeadMatrix<const float> q,
                     HeadMatrix<const float> k, HeadMatrix<const float> v, Range keys,
                     const AttentionResult& result, HeadMatrix<float> q_gradient,
                     HeadMatrix<float> k_gradient, HeadMatrix<float> v_gradient, float* scratch) {
  const std::int64_t size = shape.head_size, wide = size + shape.row_size,
                     num_keys = keys.end - keys.begin;
  const std::int64_t stride = score_stride(num_keys), wide_stride = round_up(wide, lanes),
                     size_stride = round_up(size, lanes), skew_stride = skewed_stride(num_keys);
  const BackwardBuffers at(shape, num_keys, scratch);
  const Range queries{0, shape.num_queries};
  const Window window = window_of(terms, queries, keys.begin, num_keys);
  const auto key_part = k.from(keys.begin), value_part = v.from(keys.begin);
  const auto wide_k =
      widened(key_part, num_keys, nullptr, terms.key_rows.vectors + keys.begin * shape.row_size,
              size, shape.row_size, at.wide_k);
  pack_columns(wide_k.data, wide_k.stride, wide, num_keys, at.k_columns);
  pack_columns(value_part.data, value_part.stride, size, num_keys, at.v_columns);
  pack_rows(wide_k.data, wide_k.stride, num_keys, wide, at.k_rows);
  transpose_window(terms.queries, window, size, at.query_columns);
  transpose_window(terms.keys, window, size, at.key_columns);
  transpose_window(terms.values, window, size, at.value_columns);
  pack_window(terms.queries, window, size, at.query_rows);
  pack_window(terms.keys, window, size, at.key_rows);
  const ScoreTables tables{at.query_columns, at.key_columns, window.stride(), at.skewed,
                           skew_stride};
  const TableInPanels query_table = in_panels(terms.queries, window, size, at.query_rows),
                      key_table = in_panels(terms.keys, window, size, at.key_rows),
                      value_table = in_panels(terms.values, window, size, nullptr);
  for (std::int64_t i = 0; i < num_keys * wide_stride; ++i) at.k_sums[i] = 0;
  for (std::int64_t i = 0; i < num_keys * size_stride; ++i) at.v_sums[i] = 0;

  const bool scored = terms.act_on_scores();
  for (std::int64_t first = 0; first < shape.num_queries; first += block_rows) {
    const std::int64_t count = smaller(block_rows, shape.num_queries - first);
    const QueryBlock block{first, count, visible_of(shape, first + count - 1, keys),
                           queries.end - first - count};
    const HeadMatrix<float> q_target = q_gradient.from(first);
    if (block.keys == 0) {
      set_to_zero(q_target, count, size);
      continue;
    }
    const std::int64_t padded = round_up(block.keys, lanes);
    const bool moduli = shape.parts() > 1;
    const std::int64_t rows = shape.parts() * count;
    const auto wide_q = factor_rows(shape, terms, q, first, count, at.wide_q);
    const HeadMatrix<const float> slope_block = result.out_gradient.from(first);
    product({wide_q.data, wide_q.stride, 1}, at.k_columns, rows, block.keys, wide, at.products,
            stride, Store::overwrite);
    add_table_products(block, terms, tables, wide_q, key_part, size, at.weights, stride);
    product({slope_block.data, slope_block.stride, 1}, at.v_columns, count, block.keys, size,
            at.slopes, stride, Store::overwrite);
    if (terms.values.vectors != nullptr) {
      product_of_columns({slope_block.data, slope_block.stride, 1}, at.value_columns + block.offset,
                         window.stride(), count, block.width(), size, at.skewed, skew_stride,
                         Store::overwrite);
      add_skewed(block, at.skewed, skew_stride, at.slopes, stride);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t query = first + i;
      float* const row = at.weights + i * stride;
      float* const real = at.products + i * stride;
      float* const imaginary = real + count * stride;
      if (moduli) take_moduli_and_slopes(real, imaginary, padded, row);
      if (scored) add_numbers(row, padded, shape.scale, numbers_of(terms, window, block, i));
      exponentiate(row, visible_of(shape, query, keys), padded, scored ? 1 : shape.scale,
                   result.log_sum_exp[query]);
      const float delta = dot_of(slope_block.data + i * slope_block.stride,
                                 result.out.data + query * result.out.stride, size);
      const auto key = base::row_key(shape.dropout_seed,
                                     shape.first_mask_row + static_cast<std::uint64_t>(query));
      softmax_gradient(row, at.slopes + i * stride, padded, shape, key, keys.begin, delta);
      if (moduli) scale_slopes(at.slopes + i * stride, padded, real, imaginary);
    }
    const float* const product_slopes = moduli ? at.products : at.slopes;
    pack_rows(wide_q.data, wide_q.stride, rows, wide, at.q_rows);
    pack_rows(slope_block.data, slope_block.stride, count, size, at.slope_rows);
    product_of_rows({product_slopes, stride, 1}, at.k_rows, num_keys, 0, rows, wide, block.keys,
                    at.q_sums, wide_stride, Store::overwrite);
    product({product_slopes, 1, stride}, at.q_rows, block.keys, wide, rows, at.k_sums, wide_stride,
            Store::accumulate);
    product({at.weights, 1, stride}, at.slope_rows, block.keys, size, count, at.v_sums, size_stride,
            Store::accumulate);
    if (terms.numbers.gradient != nullptr)
      add_number_gradients(block, at.slopes, stride, 1 / shape.scale,
                           terms.numbers.gradient + window.first);
    if (terms.queries.vectors != nullptr) {
      skew(block, at.slopes, stride, at.skewed, skew_stride);
      product_of_rows({at.skewed, skew_stride, 1}, query_table.rows, window.rows, block.offset,
                      count, size, block.width(), at.q_sums, wide_stride, Store::accumulate);
      add_table_gradient(block, at.skewed, skew_stride, at.q_rows, size, query_table);
    }
    if (terms.keys.vectors != nullptr)
      add_key_gradients(block, at.slopes, stride, key_table, at.k_rows, num_keys, size, at.k_sums,
                        wide_stride);
    if (value_table.gradient != nullptr) {
      skew(block, at.weights, stride, at.skewed, skew_stride);
      add_table_gradient(block, at.skewed, skew_stride, at.slope_rows, size, value_table);
    }
    if (terms.shift.gradient != nullptr)
      add_rows(at.q_sums, wide_stride, count, size, terms.shift.gradient, 0);
    if (terms.query_rows.gradient != nullptr) {
      const std::int64_t row_stride = term_gradient_stride(shape.row_size);
      add_rows(at.q_sums + size, wide_stride, count, shape.row_size,
               terms.query_rows.gradient + first * row_stride, row_stride);
    }
    if (moduli) {
      copy_parts_gradient(at.q_sums, wide_stride, count, size, shape.product, q_target);
    } else {
      copy_to_head(at.q_sums, wide_stride, q_target, count, size);
    }
  }
  if (terms.key_rows.gradient != nullptr) {
    const std::int64_t row_stride = term_gradient_stride(shape.row_size);
    add_rows(at.k_sums + size, wide_stride, num_keys, shape.row_size,
             terms.key_rows.gradient + keys.begin * row_stride, row_stride);
  }
  copy_to_head(at.k_sums, wide_stride, k_gradient.from(keys.begin), num_keys, size);
  copy_to_head(at.v_sums, size_stride, v_gradient.from(keys.begin), num_keys, size);
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template std::int64_t attend_backward_scratch<isa>(const AttentionShape&, std::int64_t);
template void attend_backward<isa>(const AttentionShape&, const HeadTerms&, HeadMatrix<const float>,
                                   HeadMatrix<const float>, HeadMatrix<const float>, Range,
                                   const AttentionResult&, HeadMatrix<float>, HeadMatrix<float>,
                                   HeadMatrix<float>, float*);

}  // namespace roformer::attention
