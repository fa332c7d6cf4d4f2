// Blocks of queries against all keys: a block of scores (block_rows, T) stays in the second-level
// cache, where it is exponentiated, masked and multiplied by V. Terms by distance are products of a
// block with a table's rows, shifted against the scores.
#include "roformer/attention/softmax_attention_kernel.h"

#include "roformer/attention/softmax_blocks_kernel.h"

namespace roformer::attention {
namespace {

void drop(float* weights, std::int64_t count, base::RowKey key, std::uint32_t threshold) {
  for (std::int64_t j = 0; j < count; j += lanes) {
    store(weights + j, kept(key, threshold, j) ? load(weights + j) : Vector<float>{});
  }
}

struct ForwardBuffers {
  ForwardBuffers(const AttentionShape& shape, float* memory) : arena{memory} {
    const std::int64_t size = shape.head_size, wide = size + shape.row_size, keys = shape.num_keys;
    const std::int64_t queries = shape.parts() * block_rows;
    const Window window = largest_window(shape, keys);
    const std::int64_t columns = window.rows == 0 ? 0 : size * window.stride();
    k_panels = arena.take(packed_size(wide, keys));
    v_panels = arena.take(packed_size(keys, size));
    scores = arena.take(queries * score_stride(keys));
    rows = arena.take(block_rows * round_up(size, lanes));
    wide_k = arena.take(keys * wide);
    wide_q = arena.take(queries * wide);
    query_columns = arena.take(columns);
    key_columns = arena.take(columns);
    value_rows = arena.take(packed_size(window.rows, size));
    skewed = arena.take(window.rows == 0 ? 0 : block_rows * skewed_stride(keys));
  }

  Arena arena;
  float *k_panels, *v_panels, *scores, *rows, *wide_k, *wide_q;
  float *query_columns, *key_columns, *value_rows, *skewed;
};

}  // namespace

template <base::Isa>
std::int64_t attend_scratch(const AttentionShape& shape) {
  return ForwardBuffers(shape, nullptr).arena.used;
}

template <base::Isa>
void attend(const AttentionShape& shape, const HeadTerms& terms, HeadMatrix<const float> q,
            HeadMatrix<const float> k, HeadMatrix<const float> v, Range queries,
            HeadMatrix<float> out, float* log_sum_exp, float* scratch) {
  const std::int64_t size = shape.head_size, wide = size + shape.row_size,
                     stride = score_stride(shape.num_keys), out_stride = round_up(size, lanes);
  const std::int64_t needed = visible_keys(shape, queries.end - 1);
  const ForwardBuffers at(shape, scratch);
  const Window window = window_of(terms, queries, 0, needed);
  const auto wide_k =
      widened(k, needed, nullptr, terms.key_rows.vectors, size, shape.row_size, at.wide_k);
  pack_columns(wide_k.data, wide_k.stride, wide, needed, at.k_panels);
  pack_rows(v.data, v.stride, needed, size, at.v_panels);
  transpose_window(terms.queries, window, size, at.query_columns);
  transpose_window(terms.keys, window, size, at.key_columns);
  pack_window(terms.values, window, size, at.value_rows);
  const ScoreTables tables{at.query_columns, at.key_columns, window.stride(), at.skewed,
                           skewed_stride(shape.num_keys)};
  const bool scored = terms.act_on_scores();
  for (std::int64_t first = queries.begin; first < queries.end; first += block_rows) {
    const std::int64_t count = smaller(block_rows, queries.end - first);
    const QueryBlock block{first, count, visible_keys(shape, first + count - 1),
                           queries.end - first - count};
    const std::int64_t padded = round_up(block.keys, lanes);
    const auto wide_q = factor_rows(shape, terms, q, first, count, at.wide_q);
    product({wide_q.data, wide_q.stride, 1}, at.k_panels, shape.parts() * count, block.keys, wide,
            at.scores, stride, Store::overwrite);
    add_table_products(block, terms, tables, wide_q, k, size, at.scores, stride);
    float sums[block_rows];
    for (std::int64_t i = 0; i < count; ++i) {
      float* row = at.scores + i * stride;
      const std::int64_t visible = visible_keys(shape, first + i);
      if (shape.parts() == 2) take_moduli(row, row + count * stride, padded);
      if (scored) add_numbers(row, padded, shape.scale, numbers_of(terms, window, block, i));
      const float scale = scored ? 1 : shape.scale;
      const float shift = scale * (scale >= 0 ? largest_of_row(row, visible) : row[0]);
      sums[i] = exponentiate(row, visible, padded, scale, shift);
      log_sum_exp[first + i] = shift + __builtin_logf(sums[i]);
      if (shape.dropout == 0) continue;
      drop(row, padded,
           base::row_key(shape.dropout_seed,
                         shape.first_mask_row + static_cast<std::uint64_t>(first + i)),
           base::drop_threshold(shape.dropout));
      sums[i] *= 1 - shape.dropout;
    }
    // Panels of V are `needed` deep; the product reads the first `keys` rows of each.
    product_of_rows({at.scores, stride, 1}, at.v_panels, needed, 0, count, size, block.keys,
                    at.rows, out_stride, Store::overwrite);
    if (terms.values.vectors != nullptr) {
      skew(block, at.scores, stride, at.skewed, tables.skewed_stride);
      product_of_rows({at.skewed, tables.skewed_stride, 1}, at.value_rows, window.rows,
                      block.offset, count, size, block.width(), at.rows, out_stride,
                      Store::accumulate);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      float* target = out.data + (first + i) * out.stride;
      const float factor = 1 / sums[i];
      for (std::int64_t d = 0; d < size; ++d) target[d] = at.rows[i * out_stride + d] * factor;
    }
  }
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template std::int64_t attend_scratch<isa>(const AttentionShape&);
template void attend<isa>(const AttentionShape&, const HeadTerms&, HeadMatrix<const float>,
                          HeadMatrix<const float>, HeadMatrix<const float>, Range,
                          HeadMatrix<float>, float*, float*);

}  // namespace roformer::attention
