// What becomes of the sums while they are in cache: scales, bias and activation in one pass. And
// the narrow forms of floats.
#include "roformer/product/narrow_product_kernel.h"

#include "roformer/base/simd.h"
#include "roformer/product/activation_functions.h"
#include "roformer/product/narrow_sums.h"

namespace roformer::product {
namespace {

using base::simd::load;
using base::simd::maximum;
using base::simd::minimum;
using base::simd::store;

using Integers = Vector<std::int32_t>;
constexpr std::int64_t lanes = base::simd::width<float>;

// A block's own columns, padded.
struct BlockColumns {
  std::int64_t first, count;
  float scales[kColumnsTogether] = {}, bias[kColumnsTogether] = {};
  std::int32_t sums[kColumnsTogether] = {};

  BlockColumns(const NarrowProduct& product, std::int64_t block)
      : first(block * kColumnsTogether),
        count(product.columns - first < kColumnsTogether ? product.columns - first
                                                         : kColumnsTogether) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (product.column_scales != nullptr) scales[i] = product.column_scales[first + i];
      if (product.column_sums != nullptr) sums[i] = product.column_sums[first + i];
      if (product.bias != nullptr) bias[i] = product.bias[first + i];
    }
  }
};

struct Identity {
  static Floats value(Floats x) { return x; }
};

template <NarrowType type>
Floats wide_sum(const NarrowProduct& product, const BlockColumns& columns, std::int64_t row,
                const std::int32_t* sums, std::int64_t column) {
  if constexpr (type == NarrowType::bfloat16) {
    return load(reinterpret_cast<const float*>(sums) + column) + load(columns.bias + column);
  } else {
    const Integers sum = load(sums + column) - product.row_zeros[row] * load(columns.sums + column);
    return __builtin_convertvector(sum, Floats) *
               (product.row_scales[row] * load(columns.scales + column)) +
           load(columns.bias + column);
  }
}

template <NarrowType type, typename Function>
void finish_rows(const NarrowProduct& product, const BlockColumns& columns, std::int64_t row_begin,
                 std::int64_t row_end, const std::int32_t* sums) {
  for (std::int64_t row = row_begin; row < row_end; ++row, sums += kColumnsTogether) {
    float* const target = product.y + row * product.columns + columns.first;
    float values[kColumnsTogether];
    const bool whole = columns.count == kColumnsTogether;
    float* const place = whole && !product.adds ? target : values;
    for (std::int64_t column = 0; column < kColumnsTogether; column += lanes)
      store(place + column, Function::value(wide_sum<type>(product, columns, row, sums, column)));
    if (place == target) continue;
    for (std::int64_t i = 0; i < columns.count; ++i)
      target[i] = product.adds ? target[i] + values[i] : values[i];
  }
}

template <NarrowType type>
void finish(const NarrowProduct& product, const BlockColumns& columns, std::int64_t row_begin,
            std::int64_t row_end, const std::int32_t* sums) {
  if (product.activation == nullptr)
    return finish_rows<type, Identity>(product, columns, row_begin, row_end, sums);
  with_function(*product.activation, [&](auto function) {
    finish_rows<type, decltype(function)>(product, columns, row_begin, row_end, sums);
  });
}

// Bytes of a block in the form that the unit reads.
std::int64_t block_bytes(const NarrowProduct& product) {
  const bool widened = product.unit == base::MatrixUnit::vectors;
  return kColumnsTogether * product.row_bytes * (widened ? 2 : 1);
}

struct Range {
  float low = 0, high = 0, wrong = 0;  // of numbers that are none: what is none times 0
};

Range range_of(const float* x, const float* factors, std::int64_t size) {
  Floats low = {}, high = {}, wrong = {};
  std::int64_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const Floats value = load(x + i) * load(factors + i);
    low = minimum(low, value);
    high = maximum(high, value);
    wrong += value * 0.0f;
  }
  Range range;
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    range.low = low[lane] < range.low ? low[lane] : range.low;
    range.high = high[lane] > range.high ? high[lane] : range.high;
    range.wrong += wrong[lane];
  }
  for (; i < size; ++i) {
    const float value = x[i] * factors[i];
    range.low = value < range.low ? value : range.low;
    range.high = value > range.high ? value : range.high;
    range.wrong += value * 0.0f;
  }
  return range;
}

typedef std::uint8_t Bytes __attribute__((vector_size(lanes)));
typedef std::uint8_t UnalignedBytes __attribute__((vector_size(lanes), aligned(1), may_alias));
typedef std::uint16_t Halves __attribute__((vector_size(2 * lanes)));
typedef std::uint16_t UnalignedHalves
    __attribute__((vector_size(2 * lanes), aligned(2), may_alias));

constexpr float most = 255;
// Adding it rounds to a whole number, ties to even, and leaves that in the lowest bits.
constexpr float round_magic = 12582912.0f;

Bytes bytes_of(Floats x, float inverse, float zero) {
  const Floats scaled = minimum(broadcast(most), maximum(Floats{}, x * inverse + zero));
  const Integers whole = __builtin_bit_cast(Integers, scaled + round_magic) & 0xff;
  return __builtin_convertvector(whole, Bytes);
}

void quantize_row(const float* x, const float* factors, std::int64_t size, std::uint8_t* row,
                  std::int64_t row_bytes, float& scale, std::int32_t& zero) {
  const Range range = range_of(x, factors, size);
  // A row of zeros, or of numbers so small that their range has no inverse, is 0.
  constexpr float least = 1e-35f;
  const float span = range.high - range.low;
  const float inverse = span > least ? most / span : 0;
  scale = span / most + range.wrong;
  const float begin = (-range.low * inverse + round_magic) - round_magic;
  zero = static_cast<std::int32_t>(begin > most ? most : begin >= 0 ? begin : 0);
  const auto offset = static_cast<float>(zero);
  std::int64_t i = 0;
  for (; i + lanes <= size; i += lanes)
    *reinterpret_cast<UnalignedBytes*>(row + i) =
        bytes_of(load(x + i) * load(factors + i), inverse, offset);
  if (i < size) {
    float values[lanes] = {};
    for (std::int64_t j = i; j < size; ++j) values[j - i] = x[j] * factors[j];
    const Bytes bytes = bytes_of(load(values), inverse, offset);
    for (std::int64_t j = i; j < size; ++j) row[j] = bytes[j - i];
  }
  for (i = size; i < row_bytes; ++i) row[i] = 0;
}

using Bits = Vector<std::uint32_t>;

// The upper half of a float, rounded; a number that is none stays one.
Bits upper_halves(Floats x) {
  const Bits bits = __builtin_bit_cast(Bits, x);
  const Bits rounded = (bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U;
  const Bits none = (bits >> 16U) | 0x40U;
  return x == x ? rounded : none;
}

}  // namespace

template <base::Isa>
void narrow_product(const NarrowProduct& product, std::int64_t row_begin, std::int64_t row_end,
                    std::int64_t block_begin, std::int64_t block_end, std::int32_t* scratch) {
  auto* const wide = reinterpret_cast<std::int16_t*>(scratch + kRowsTogether * kColumnsTogether);
  for (std::int64_t row = row_begin; row < row_end; row += kRowsTogether) {
    const std::int64_t end = row + kRowsTogether < row_end ? row + kRowsTogether : row_end;
    for (std::int64_t block = block_begin; block < block_end; ++block) {
      sum_block(product.unit,
                {product.type, product.rows + row * product.row_bytes, product.row_bytes,
                 product.weight + block * block_bytes(product), end - row, scratch},
                wide);
      const BlockColumns columns(product, block);
      product.type == NarrowType::int8
          ? finish<NarrowType::int8>(product, columns, row, end, scratch)
          : finish<NarrowType::bfloat16>(product, columns, row, end, scratch);
    }
  }
}

template <base::Isa>
void quantize_rows(const float* x, const float* factors, std::int64_t size, std::uint8_t* rows,
                   std::int64_t row_bytes, float* scales, std::int32_t* zeros, std::int64_t begin,
                   std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row)
    quantize_row(x + row * size, factors, size, rows + row * row_bytes, row_bytes, scales[row],
                 zeros[row]);
}

template <base::Isa>
void round_rows(const float* x, std::int64_t size, std::uint8_t* rows, std::int64_t row_bytes,
                std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    auto* const target = reinterpret_cast<std::uint16_t*>(rows + row * row_bytes);
    const float* const source = x + row * size;
    std::int64_t i = 0;
    for (; i + lanes <= size; i += lanes)
      *reinterpret_cast<UnalignedHalves*>(target + i) =
          __builtin_convertvector(upper_halves(load(source + i)), Halves);
    if (i < size) {
      float values[lanes] = {};
      for (std::int64_t j = i; j < size; ++j) values[j - i] = source[j];
      const Bits halves = upper_halves(load(values));
      for (std::int64_t j = i; j < size; ++j) target[j] = static_cast<std::uint16_t>(halves[j - i]);
    }
    for (i = size; i < row_bytes / 2; ++i) target[i] = 0;
  }
}

template <base::Isa>
void blocks_of_rows(const std::uint8_t* rows, std::int64_t count, std::int64_t row_bytes,
                    std::uint8_t* blocks, std::int64_t begin, std::int64_t end) {
  const std::int64_t groups = row_bytes / kGroupBytes;
  constexpr std::int64_t together = kStepBytes / kGroupBytes;  // a cache line of each row
  for (std::int64_t block = begin; block < end; ++block) {
    auto* const target = reinterpret_cast<std::uint32_t*>(blocks + block * groups * kBlockRowBytes);
    const std::int64_t first = block * kColumnsTogether;
    for (std::int64_t group = 0; group < groups; group += together) {
      for (std::int64_t i = 0; i < kColumnsTogether; ++i) {
        std::uint32_t line[together] = {};
        if (first + i < count)
          __builtin_memcpy(line, rows + (first + i) * row_bytes + group * kGroupBytes, sizeof line);
        for (std::int64_t j = 0; j < together; ++j)
          target[(group + j) * kColumnsTogether + i] = line[j];
      }
    }
  }
}

template <base::Isa>
void blocks_of_columns(const float* x, std::int64_t count, std::int64_t columns, std::int64_t pairs,
                       std::uint8_t* blocks, std::int64_t begin, std::int64_t end) {
  for (std::int64_t pair = begin; pair < end; ++pair) {
    for (std::int64_t first = 0; first < columns; first += kColumnsTogether) {
      const std::int64_t some =
          columns - first < kColumnsTogether ? columns - first : kColumnsTogether;
      auto* const target = reinterpret_cast<std::uint32_t*>(
          blocks + (first / kColumnsTogether * pairs + pair) * kBlockRowBytes);
      const float* source[2] = {};
      float padded[2][kColumnsTogether] = {};
      for (std::int64_t side = 0; side < 2; ++side) {
        const std::int64_t row = 2 * pair + side;
        source[side] = padded[side];
        if (row >= count) continue;
        const float* const place = x + row * columns + first;
        if (some == kColumnsTogether) {
          source[side] = place;
        } else {
          for (std::int64_t i = 0; i < some; ++i) padded[side][i] = place[i];
        }
      }
      for (std::int64_t i = 0; i < kColumnsTogether; i += lanes)
        store(target + i,
              upper_halves(load(source[0] + i)) | (upper_halves(load(source[1] + i)) << 16U));
    }
  }
}

template <base::Isa>
void round_columns(const float* x, std::int64_t count, std::int64_t columns, std::uint8_t* rows,
                   std::int64_t row_bytes, std::int64_t begin, std::int64_t end) {
  // A cache line of each row of the result, from as many rows of x.
  constexpr std::int64_t together = kStepBytes / 2;
  for (std::int64_t row = 0; row < row_bytes / 2; row += together) {
    const std::int64_t some = row >= count ? 0 : count - row < together ? count - row : together;
    for (std::int64_t column = begin; column < end; column += lanes) {
      const std::int64_t wide = end - column < lanes ? end - column : lanes;
      std::uint16_t tile[lanes][together] = {};
      for (std::int64_t i = 0; i < some; ++i) {
        const float* const place = x + (row + i) * columns + column;
        float values[lanes] = {};
        if (wide < lanes)
          for (std::int64_t j = 0; j < wide; ++j) values[j] = place[j];
        const Bits halves = upper_halves(load(wide < lanes ? values : place));
        for (std::int64_t j = 0; j < lanes; ++j) tile[j][i] = static_cast<std::uint16_t>(halves[j]);
      }
      for (std::int64_t j = 0; j < wide; ++j)
        __builtin_memcpy(rows + (column + j) * row_bytes + 2 * row, tile[j], sizeof tile[j]);
    }
  }
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template void narrow_product<isa>(const NarrowProduct&, std::int64_t, std::int64_t, std::int64_t,
                                  std::int64_t, std::int32_t*);
template void quantize_rows<isa>(const float*, const float*, std::int64_t, std::uint8_t*,
                                 std::int64_t, float*, std::int32_t*, std::int64_t, std::int64_t);
template void round_rows<isa>(const float*, std::int64_t, std::uint8_t*, std::int64_t, std::int64_t,
                              std::int64_t);
template void blocks_of_rows<isa>(const std::uint8_t*, std::int64_t, std::int64_t, std::uint8_t*,
                                  std::int64_t, std::int64_t);
template void blocks_of_columns<isa>(const float*, std::int64_t, std::int64_t, std::int64_t,
                                     std::uint8_t*, std::int64_t, std::int64_t);
template void round_columns<isa>(const float*, std::int64_t, std::int64_t, std::uint8_t*,
                                 std::int64_t, std::int64_t, std::int64_t);

}  // namespace roformer::product
