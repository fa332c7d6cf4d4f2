#include "roformer/attention/few_queries_kernel.h"

#include "roformer/base/simd.h"

namespace roformer::attention {
namespace {

using base::simd::load;
using base::simd::store;

using FewVector = base::simd::Vector<float>;
constexpr std::int64_t few_lanes = base::simd::width<float>;

// Rows of keys or values that are worked on together: 8 × 512 × 4 B = 16 kB of the 32 kB or more of
// the first-level cache, while the next ones are on their way.
constexpr std::int64_t few_block = 8;
constexpr std::int64_t line_floats = 16;

std::int64_t whole_vectors(std::int64_t count) {
  return (count + few_lanes - 1) / few_lanes * few_lanes;
}

// Weights of query i in head h are row h T_q + i.
struct Weights {
  float* data;
  std::int64_t stride;
};

void fetch_rows(HeadMatrix<const float> x, std::int64_t begin, std::int64_t end,
                std::int64_t width) {
  for (std::int64_t row = begin; row < end; ++row) {
    for (std::int64_t i = 0; i < width; i += line_floats)
      __builtin_prefetch(x.data + row * x.stride + i);
  }
}

// Products of q with `count` rows of k, one below the other.
template <int count>
void dots(const float* q, const float* k, std::int64_t stride, std::int64_t size, float* result) {
  FewVector sums[count] = {};
  std::int64_t i = 0;
  for (; i + few_lanes <= size; i += few_lanes) {
    const FewVector x = load(q + i);
    for (int row = 0; row < count; ++row) sums[row] += x * load(k + row * stride + i);
  }
  for (int row = 0; row < count; ++row) result[row] = base::simd::total(sums[row]);
  for (; i < size; ++i) {
    for (int row = 0; row < count; ++row) result[row] += q[i] * k[row * stride + i];
  }
}

void score_block(const FewQueriesShape& shape, HeadMatrix<const float> q, HeadMatrix<const float> k,
                 std::int64_t first, std::int64_t count, Weights scores) {
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const std::int64_t column = h * shape.head_size;
    for (std::int64_t i = 0; i < shape.num_queries; ++i) {
      const float* query = q.data + i * q.stride + column;
      const float* keys = k.data + first * k.stride + column;
      float* result = scores.data + (h * shape.num_queries + i) * scores.stride + first;
      std::int64_t j = 0;
      for (; j + 4 <= count; j += 4)
        dots<4>(query, keys + j * k.stride, k.stride, shape.head_size, result + j);
      for (; j < count; ++j)
        dots<1>(query, keys + j * k.stride, k.stride, shape.head_size, result + j);
    }
  }
}

// A NaN may be passed over: it stays among the scores, and their sum is one.
float largest_of(const float* row, std::int64_t count) {
  float largest = row[0];
  std::int64_t j = 0;
  if (count >= few_lanes) {
    FewVector peaks = load(row);
    for (j = few_lanes; j + few_lanes <= count; j += few_lanes)
      peaks = base::simd::maximum(load(row + j), peaks);
    largest = base::simd::peak(peaks);
  }
  for (; j < count; ++j) largest = row[j] > largest ? row[j] : largest;
  return largest;
}

// Scores become weights; those of unseen keys are zero.
void softmax_row(float* row, std::int64_t visible, std::int64_t padded, float scale) {
  const base::simd::Vector<std::uint32_t> numbers = base::simd::lane_numbers();
  const float largest = largest_of(row, visible);
  FewVector sum = {};
  for (std::int64_t j = 0; j < padded; j += few_lanes) {
    const auto seen = numbers + static_cast<std::uint32_t>(j) <
                      base::simd::broadcast(static_cast<std::uint32_t>(visible));
    const FewVector y = base::simd::exponential((load(row + j) - largest) * scale);
    const FewVector shown = seen ? y : FewVector{};
    sum += shown;
    store(row + j, shown);
  }
  const float factor = 1 / base::simd::total(sum);
  for (std::int64_t j = 0; j < padded; j += few_lanes) store(row + j, load(row + j) * factor);
}

// out += weights · rows of v, for one query and head.
void add_rows(const float* weights, const float* v, std::int64_t stride, std::int64_t count,
              std::int64_t size, float* out) {
  std::int64_t i = 0;
  for (; i + 4 * few_lanes <= size; i += 4 * few_lanes) {
    FewVector sums[4];
    for (int part = 0; part < 4; ++part) sums[part] = load(out + i + part * few_lanes);
    for (std::int64_t j = 0; j < count; ++j) {
      for (int part = 0; part < 4; ++part)
        sums[part] += load(v + j * stride + i + part * few_lanes) * weights[j];
    }
    for (int part = 0; part < 4; ++part) store(out + i + part * few_lanes, sums[part]);
  }
  for (; i + few_lanes <= size; i += few_lanes) {
    FewVector sum = load(out + i);
    for (std::int64_t j = 0; j < count; ++j) sum += load(v + j * stride + i) * weights[j];
    store(out + i, sum);
  }
  for (; i < size; ++i) {
    for (std::int64_t j = 0; j < count; ++j) out[i] += v[j * stride + i] * weights[j];
  }
}

void value_block(const FewQueriesShape& shape, HeadMatrix<const float> v, std::int64_t first,
                 std::int64_t count, Weights weights, HeadMatrix<float> out) {
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const std::int64_t column = h * shape.head_size;
    for (std::int64_t i = 0; i < shape.num_queries; ++i) {
      add_rows(weights.data + (h * shape.num_queries + i) * weights.stride + first,
               v.data + first * v.stride + column, v.stride, count, shape.head_size,
               out.data + i * out.stride + column);
    }
  }
}

// The blocks of rows of x one by one, with the one behind on its way.
template <typename Work>
void each_block(const FewQueriesShape& shape, HeadMatrix<const float> x, const Work& work) {
  const std::int64_t rows = shape.num_keys, width = shape.heads * shape.head_size;
  for (std::int64_t first = 0; first < rows; first += few_block) {
    const std::int64_t end = first + few_block < rows ? first + few_block : rows;
    fetch_rows(x, end, end + few_block < rows ? end + few_block : rows, width);
    work(first, end - first);
  }
}

}  // namespace

template <base::Isa>
std::int64_t attend_few_scratch(const FewQueriesShape& shape) {
  return shape.heads * shape.num_queries * whole_vectors(shape.num_keys);
}

template <base::Isa>
void attend_few(const FewQueriesShape& shape, HeadMatrix<const float> q, HeadMatrix<const float> k,
                HeadMatrix<const float> v, HeadMatrix<float> out, float* scratch) {
  const std::int64_t padded = whole_vectors(shape.num_keys);
  const Weights weights{scratch, padded};
  each_block(shape, k, [&](std::int64_t first, std::int64_t count) {
    score_block(shape, q, k, first, count, weights);
  });
  for (std::int64_t i = 0; i < shape.num_queries; ++i) {
    const std::int64_t back = shape.offset + i + 1;
    const std::int64_t seen = back > shape.prefix ? back : shape.prefix;
    const std::int64_t visible = seen < shape.num_keys ? seen : shape.num_keys;
    for (std::int64_t h = 0; h < shape.heads; ++h)
      softmax_row(scratch + (h * shape.num_queries + i) * padded, visible, padded, shape.scale);
    float* const row = out.data + i * out.stride;
    for (std::int64_t c = 0; c < shape.heads * shape.head_size; ++c) row[c] = 0;
  }
  each_block(shape, v, [&](std::int64_t first, std::int64_t count) {
    value_block(shape, v, first, count, weights, out);
  });
}

constexpr auto few_queries_isa = base::Isa::ROFORMER_KERNEL_ISA;
template std::int64_t attend_few_scratch<few_queries_isa>(const FewQueriesShape&);
template void attend_few<few_queries_isa>(const FewQueriesShape&, HeadMatrix<const float>,
                                          HeadMatrix<const float>, HeadMatrix<const float>,
                                          HeadMatrix<float>, float*);

}  // namespace roformer::attention
