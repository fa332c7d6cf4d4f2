// Tiles of rows × two vectors of outputs whose sums stay in registers. A weight that is read for a
// sentence comes from memory, which takes as long as the product: while one block is multiplied,
// the next is fetched.
#include "roformer/product/block_product_kernel.h"

#include <utility>

#include "roformer/base/simd.h"
#include "roformer/product/activation_functions.h"

namespace roformer::product {
namespace {

using base::simd::load;
using base::simd::store;

constexpr std::int64_t block_lanes = base::simd::width<float>;
constexpr std::int64_t tile_outputs = 2 * block_lanes;
// Sums, two vectors of the weight and one of x: 27 of AVX-512's 32 registers, 15 of 16 otherwise.
constexpr int tile_rows = base::simd::vector_bytes == 64 ? 12 : 6;
// Inputs between two looks at what is to be fetched.
constexpr std::int64_t fetch_inputs = 8;
constexpr std::int64_t floats_of_line = 16;
// Of a block: 32 KiB, which stay in the first-level cache for all rows.
constexpr std::int64_t inputs_together = 256;

// The next block of a weight, fetched into the second-level cache by and by.
struct Ahead {
  const float* next = nullptr;
  const float* end = nullptr;
  int lines = 0;  // at each look

  void fetch() {
    for (int line = 0; line < lines && next < end; ++line, next += floats_of_line)
      __builtin_prefetch(next, 0, 2);
  }
};

// What becomes of a sum: nothing before the last inputs are in it; then a bias and a function.
struct PartOfSum {
  static Floats value(Floats sum, const float*) { return sum; }
};
struct PlainSum {
  static Floats value(Floats sum, const float* bias) { return sum + load(bias); }
};
template <typename Function>
struct ActivatedSum {
  static Floats value(Floats sum, const float* bias) { return Function::value(sum + load(bias)); }
};

// The outputs of a tile, of which some may lie beyond the last one.
struct TileOutputs {
  std::int64_t first, count;
  const float* weight;  // of the first input; the next one's are kBlockOutputs further on
  float bias[tile_outputs] = {};

  TileOutputs(const BlockProduct& p, std::int64_t block, std::int64_t within)
      : first(block * kBlockOutputs + within),
        count(p.outputs - first < tile_outputs ? p.outputs - first : tile_outputs),
        weight(p.blocks + block * p.block_inputs * kBlockOutputs + within) {
    if (p.bias == nullptr) return;
    for (std::int64_t i = 0; i < count; ++i) bias[i] = p.bias[first + i];
  }
};

struct InputRange {
  std::int64_t begin, end;
};

InputRange range_from(const BlockProduct& p, std::int64_t begin) {
  return {begin, p.inputs - begin < inputs_together ? p.inputs : begin + inputs_together};
}

template <int rows>
using TileSums = Floats[rows][2];

template <int rows>
inline void add_input(TileSums<rows>& sums, const float* x, std::int64_t row_floats,
                      const float* weight) {
  const Floats low = load(weight), high = load(weight + block_lanes);
  for (int r = 0; r < rows; ++r) {
    const Floats input = base::simd::broadcast(x[r * row_floats]);
    sums[r][0] += input * low;
    sums[r][1] += input * high;
  }
}

// What the inputs before gave is in y.
template <int rows>
inline void read_sums(TileSums<rows>& sums, const BlockProduct& p, const TileOutputs& outputs,
                      std::int64_t row) {
  for (int r = 0; r < rows; ++r) {
    const float* y = p.y + (row + r) * p.outputs + outputs.first;
    float values[tile_outputs];
    if (outputs.count < tile_outputs) {
      for (std::int64_t o = 0; o < tile_outputs; ++o) values[o] = o < outputs.count ? y[o] : 0;
      y = values;
    }
    for (int half = 0; half < 2; ++half) sums[r][half] = load(y + half * block_lanes);
  }
}

template <typename Function, int rows>
inline void write_sums(const TileSums<rows>& sums, const BlockProduct& p,
                       const TileOutputs& outputs, std::int64_t row) {
  for (int r = 0; r < rows; ++r) {
    float* const y = p.y + (row + r) * p.outputs + outputs.first;
    float values[tile_outputs];
    float* const place = outputs.count == tile_outputs ? y : values;
    for (int half = 0; half < 2; ++half)
      store(place + half * block_lanes,
            Function::value(sums[r][half], outputs.bias + half * block_lanes));
    if (place == values)
      for (std::int64_t o = 0; o < outputs.count; ++o) y[o] = values[o];
  }
}

template <typename Function, int rows>
void block_tile(const BlockProduct& p, const TileOutputs& outputs, InputRange inputs,
                std::int64_t row, Ahead& ahead) {
  TileSums<rows> sums = {};
  if (inputs.begin > 0) read_sums<rows>(sums, p, outputs, row);
  const float* const x = p.x + row * p.inputs;
  std::int64_t i = inputs.begin;
  for (; i + fetch_inputs <= inputs.end; i += fetch_inputs) {
    ahead.fetch();
    for (std::int64_t j = i; j < i + fetch_inputs; ++j)
      add_input<rows>(sums, x + j, p.inputs, outputs.weight + j * kBlockOutputs);
  }
  for (; i < inputs.end; ++i)
    add_input<rows>(sums, x + i, p.inputs, outputs.weight + i * kBlockOutputs);
  if (inputs.end < p.inputs) return write_sums<PartOfSum, rows>(sums, p, outputs, row);
  write_sums<Function, rows>(sums, p, outputs, row);
}

using TileFunction = void (*)(const BlockProduct&, const TileOutputs&, InputRange, std::int64_t,
                              Ahead&);

template <typename Function, int... sizes>
TileFunction tile_of(std::int64_t rows, std::integer_sequence<int, sizes...>) {
  static constexpr TileFunction tiles[] = {block_tile<Function, sizes + 1>...};
  return tiles[rows - 1];
}

// All rows by one block and some inputs.
template <typename Function>
void multiply_rows(const BlockProduct& p, std::int64_t row_begin, std::int64_t row_end,
                   std::int64_t block, InputRange inputs, Ahead& ahead) {
  const std::int64_t rows = row_end - row_begin, tiles = (rows + tile_rows - 1) / tile_rows;
  for (std::int64_t within = 0; within < kBlockOutputs; within += tile_outputs) {
    const TileOutputs outputs(p, block, within);
    if (outputs.count <= 0) return;
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
      const std::int64_t begin = rows * tile / tiles, end = rows * (tile + 1) / tiles;
      tile_of<Function>(end - begin, std::make_integer_sequence<int, tile_rows>())(
          p, outputs, inputs, row_begin + begin, ahead);
    }
  }
}

// Of each input range, by blocks: what is multiplied after a block is the next one in the same
// range, or the task's first one in the next range.
Ahead after(const BlockProduct& p, std::int64_t block, InputRange inputs, std::int64_t block_begin,
            std::int64_t block_end) {
  const bool same = block + 1 < block_end;
  const InputRange next = same ? inputs : range_from(p, inputs.end);
  const std::int64_t row = (same ? block + 1 : block_begin) * p.block_inputs;
  return {p.blocks + (row + next.begin) * kBlockOutputs,
          p.blocks + (row + next.end) * kBlockOutputs};
}

// Some inputs at a time: those of the rows stay in the second-level cache for all blocks.
template <typename Function>
void block_product_of(const BlockProduct& p, std::int64_t row_begin, std::int64_t row_end,
                      std::int64_t block_begin, std::int64_t block_end) {
  const std::int64_t tiles = (row_end - row_begin + tile_rows - 1) / tile_rows;
  const std::int64_t passes = tiles * (kBlockOutputs / tile_outputs);
  const std::int64_t lines = fetch_inputs * kBlockOutputs / floats_of_line;
  for (InputRange inputs = range_from(p, 0); inputs.begin < inputs.end;
       inputs = range_from(p, inputs.end)) {
    for (std::int64_t block = block_begin; block < block_end; ++block) {
      Ahead ahead = after(p, block, inputs, block_begin, block_end);
      ahead.lines = static_cast<int>((lines + passes - 1) / passes);
      multiply_rows<Function>(p, row_begin, row_end, block, inputs, ahead);
    }
  }
}

}  // namespace

template <base::Isa isa>
void block_product(const BlockProduct& product, std::int64_t row_begin, std::int64_t row_end,
                   std::int64_t block_begin, std::int64_t block_end) {
  if (row_begin >= row_end) return;
  if (product.activation == nullptr)
    return block_product_of<PlainSum>(product, row_begin, row_end, block_begin, block_end);
  with_function(*product.activation, [&](auto function) {
    block_product_of<ActivatedSum<decltype(function)>>(product, row_begin, row_end, block_begin,
                                                       block_end);
  });
}

constexpr auto block_product_isa = base::Isa::ROFORMER_KERNEL_ISA;
template void block_product<block_product_isa>(const BlockProduct&, std::int64_t, std::int64_t,
                                               std::int64_t, std::int64_t);

}  // namespace roformer::product
