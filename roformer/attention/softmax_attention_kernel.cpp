// Blocks of queries against all keys: a block of scores (block_rows, T) stays in the second-level
// cache, where it is exponentiated, masked and multiplied by V. The gradient recomputes the scores
// and the dropout mask, so that nothing of size T × T is ever stored. Gradient of softmax: dS = P ∘
// (dP − rowsum(dO ∘ O)) (Dao et al. 2022, section B.4).
#include "roformer/attention/softmax_attention_kernel.h"

#include "roformer/attention/matrix_product_kernel.h"
#include "roformer/base/random.h"

namespace roformer::attention {
namespace {

// 8 tiles of rows: 48 rows × 512 keys × 4 B = 98 kB, and as much again in the backward pass, fit a
// 256 kB L2 cache.
constexpr std::int64_t block_rows = 8 * tile_rows;

// One vector beyond a whole number of panels, so that rows are not a power of two apart (which
// would share cache sets).
constexpr std::int64_t score_stride(std::int64_t num_keys) {
  return round_up(num_keys, panel_columns) + lanes;
}

std::int64_t visible_keys(const AttentionShape& shape, std::int64_t query) {
  const std::int64_t looking_back = shape.offset + query + 1;
  const std::int64_t seen = looking_back > shape.prefix ? looking_back : shape.prefix;
  return smaller(seen, shape.num_keys);
}

Vector<std::int32_t> lanes_below(std::int64_t limit, std::int64_t first) {
  const Vector<std::uint32_t> numbers =
      base::simd::lane_numbers() + static_cast<std::uint32_t>(first);
  return numbers < broadcast(static_cast<std::uint32_t>(limit));
}

// Elements of the row that dropout keeps.
Vector<std::int32_t> kept(base::RowKey key, std::uint32_t threshold, std::int64_t first) {
  const Vector<std::uint32_t> columns =
      base::simd::lane_numbers() + static_cast<std::uint32_t>(first);
  return base::row_bits(columns, key) >= broadcast(threshold);
}

// scores := e^(scale scores − shift) on the first `visible`, 0 up to `padded`; returns their sum.
float exponentiate(float* scores, std::int64_t visible, std::int64_t padded, float scale,
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

void drop(float* weights, std::int64_t count, base::RowKey key, std::uint32_t threshold) {
  for (std::int64_t j = 0; j < count; j += lanes) {
    store(weights + j, kept(key, threshold, j) ? load(weights + j) : Vector<float>{});
  }
}

// weights := dropped weights; slopes (dP) := scale P ∘ (D ∘ dP − delta), D the mask over keep.
void softmax_gradient(float* weights, float* slopes, std::int64_t padded,
                      const AttentionShape& shape, base::RowKey key, float delta) {
  if (shape.dropout == 0) {
    for (std::int64_t j = 0; j < padded; j += lanes) {
      store(slopes + j, load(weights + j) * (load(slopes + j) - delta) * shape.scale);
    }
    return;
  }
  const std::uint32_t threshold = base::drop_threshold(shape.dropout);
  const Vector<float> boost = broadcast(1 / (1 - shape.dropout));
  for (std::int64_t j = 0; j < padded; j += lanes) {
    const Vector<float> mask = kept(key, threshold, j) ? boost : Vector<float>{};
    const Vector<float> weight = load(weights + j);
    store(slopes + j, weight * (load(slopes + j) * mask - delta) * shape.scale);
    store(weights + j, weight * mask);
  }
}

}  // namespace

template <base::Isa>
std::int64_t attend_scratch(const AttentionShape& shape) {
  return packed_size(shape.head_size, shape.num_keys) +
         packed_size(shape.num_keys, shape.head_size) +
         block_rows * (score_stride(shape.num_keys) + round_up(shape.head_size, lanes));
}

template <base::Isa>
void attend(const AttentionShape& shape, HeadMatrix<const float> q, HeadMatrix<const float> k,
            HeadMatrix<const float> v, std::int64_t begin, std::int64_t end, HeadMatrix<float> out,
            float* log_sum_exp, float* scratch) {
  const std::int64_t size = shape.head_size, stride = score_stride(shape.num_keys),
                     out_stride = round_up(size, lanes);
  const std::int64_t needed = visible_keys(shape, end - 1);
  float* const k_panels = scratch;
  float* const v_panels = k_panels + packed_size(size, shape.num_keys);
  float* const scores = v_panels + packed_size(shape.num_keys, size);
  float* const rows = scores + block_rows * stride;
  pack_columns(k.data, k.stride, size, needed, k_panels);
  pack_rows(v.data, v.stride, needed, size, v_panels);
  for (std::int64_t first = begin; first < end; first += block_rows) {
    const std::int64_t count = smaller(block_rows, end - first);
    const std::int64_t keys = visible_keys(shape, first + count - 1),
                       padded = round_up(keys, lanes);
    product({q.data + first * q.stride, q.stride, 1}, k_panels, count, keys, size, scores, stride,
            Store::overwrite);
    float sums[block_rows];
    for (std::int64_t i = 0; i < count; ++i) {
      float* row = scores + i * stride;
      const std::int64_t visible = visible_keys(shape, first + i);
      const float shift = shape.scale * (shape.scale >= 0 ? largest_of_row(row, visible) : row[0]);
      sums[i] = exponentiate(row, visible, padded, shape.scale, shift);
      log_sum_exp[first + i] = shift + __builtin_logf(sums[i]);
      if (shape.dropout == 0) continue;
      drop(row, padded,
           base::row_key(shape.dropout_seed,
                         shape.first_mask_row + static_cast<std::uint64_t>(first + i)),
           base::drop_threshold(shape.dropout));
      sums[i] *= 1 - shape.dropout;
    }
    // Panels of V are `needed` deep; the product reads the first `keys` rows of each.
    product_of_rows({scores, stride, 1}, v_panels, needed, 0, count, size, keys, rows, out_stride,
                    Store::overwrite);
    for (std::int64_t i = 0; i < count; ++i) {
      float* target = out.data + (first + i) * out.stride;
      const float factor = 1 / sums[i];
      for (std::int64_t d = 0; d < size; ++d) target[d] = rows[i * out_stride + d] * factor;
    }
  }
}

template <base::Isa>
std::int64_t attend_backward_scratch(const AttentionShape& shape) {
  const std::int64_t size = shape.head_size, padded_size = round_up(size, lanes);
  return 2 * packed_size(size, shape.num_keys) + packed_size(shape.num_keys, size) +
         2 * packed_size(block_rows, size) + 2 * block_rows * score_stride(shape.num_keys) +
         2 * shape.num_keys * padded_size + block_rows * padded_size;
}

template <base::Isa>
void attend_backward(const AttentionShape& shape, HeadMatrix<const float> q,
                     HeadMatrix<const float> k, HeadMatrix<const float> v,
                     HeadMatrix<const float> out, const float* log_sum_exp,
                     HeadMatrix<const float> out_gradient, HeadMatrix<float> q_gradient,
                     HeadMatrix<float> k_gradient, HeadMatrix<float> v_gradient, float* scratch) {
  const std::int64_t size = shape.head_size, padded_size = round_up(size, lanes),
                     num_keys = shape.num_keys;
  const std::int64_t stride = score_stride(num_keys);
  float* const k_columns = scratch;
  float* const v_columns = k_columns + packed_size(size, num_keys);
  float* const k_rows = v_columns + packed_size(size, num_keys);
  float* const q_rows = k_rows + packed_size(num_keys, size);
  float* const slope_rows = q_rows + packed_size(block_rows, size);
  float* const weights = slope_rows + packed_size(block_rows, size);
  float* const slopes = weights + block_rows * stride;
  float* const k_sums = slopes + block_rows * stride;
  float* const v_sums = k_sums + num_keys * padded_size;
  float* const q_sums = v_sums + num_keys * padded_size;
  pack_columns(k.data, k.stride, size, num_keys, k_columns);
  pack_columns(v.data, v.stride, size, num_keys, v_columns);
  pack_rows(k.data, k.stride, num_keys, size, k_rows);
  for (std::int64_t i = 0; i < num_keys * padded_size; ++i) k_sums[i] = v_sums[i] = 0;

  for (std::int64_t first = 0; first < shape.num_queries; first += block_rows) {
    const std::int64_t count = smaller(block_rows, shape.num_queries - first);
    const std::int64_t keys = visible_keys(shape, first + count - 1),
                       padded = round_up(keys, lanes);
    const float* q_block = q.data + first * q.stride;
    const float* slope_block = out_gradient.data + first * out_gradient.stride;
    product({q_block, q.stride, 1}, k_columns, count, keys, size, weights, stride,
            Store::overwrite);
    product({slope_block, out_gradient.stride, 1}, v_columns, count, keys, size, slopes, stride,
            Store::overwrite);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t query = first + i;
      exponentiate(weights + i * stride, visible_keys(shape, query), padded, shape.scale,
                   log_sum_exp[query]);
      const float delta =
          dot_of(slope_block + i * out_gradient.stride, out.data + query * out.stride, size);
      const auto key = base::row_key(shape.dropout_seed,
                                     shape.first_mask_row + static_cast<std::uint64_t>(query));
      softmax_gradient(weights + i * stride, slopes + i * stride, padded, shape, key, delta);
    }
    pack_rows(q_block, q.stride, count, size, q_rows);
    pack_rows(slope_block, out_gradient.stride, count, size, slope_rows);
    product_of_rows({slopes, stride, 1}, k_rows, num_keys, 0, count, size, keys, q_sums,
                    padded_size, Store::overwrite);
    product({slopes, 1, stride}, q_rows, keys, size, count, k_sums, padded_size, Store::accumulate);
    product({weights, 1, stride}, slope_rows, keys, size, count, v_sums, padded_size,
            Store::accumulate);
    copy_to_head(q_sums, padded_size,
                 {q_gradient.data + first * q_gradient.stride, q_gradient.stride}, count, size);
  }
  copy_to_head(k_sums, padded_size, k_gradient, num_keys, size);
  copy_to_head(v_sums, padded_size, v_gradient, num_keys, size);
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template std::int64_t attend_scratch<isa>(const AttentionShape&);
template void attend<isa>(const AttentionShape&, HeadMatrix<const float>, HeadMatrix<const float>,
                          HeadMatrix<const float>, std::int64_t, std::int64_t, HeadMatrix<float>,
                          float*, float*);
template std::int64_t attend_backward_scratch<isa>(const AttentionShape&);
template void attend_backward<isa>(const AttentionShape&, HeadMatrix<const float>,
                                   HeadMatrix<const float>, HeadMatrix<const float>,
                                   HeadMatrix<const float>, const float*, HeadMatrix<const float>,
                                   HeadMatrix<float>, HeadMatrix<float>, HeadMatrix<float>, float*);

}  // namespace roformer::attention
