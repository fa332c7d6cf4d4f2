// Tiles of rows × outputs whose sums stay in registers; lanes are added in the end.
#include "roformer/product/few_rows_kernel.h"

#include "roformer/base/simd.h"

namespace roformer::product {
namespace {

using base::simd::load;

using FewRowsVector = base::simd::Vector<float>;
constexpr std::int64_t few_rows_lanes = base::simd::width<float>;
constexpr int outputs_together = 4;

// `rows` rows from x on with `outputs` outputs from `first` on. Sums run over the inputs in the same
// order in each tile.
template <int rows, int outputs>
void few_rows_tile(const FewRowsProduct& p, std::int64_t row, std::int64_t first) {
  const float* const x = p.x + row * p.inputs;
  const float* const w = p.weight + first * p.inputs;
  FewRowsVector sums[rows][outputs] = {};
  std::int64_t i = 0;
  for (; i + few_rows_lanes <= p.inputs; i += few_rows_lanes) {
    FewRowsVector inputs[rows];
    for (int r = 0; r < rows; ++r) inputs[r] = load(x + r * p.inputs + i);
    for (int o = 0; o < outputs; ++o) {
      const FewRowsVector weights = load(w + o * p.inputs + i);
      for (int r = 0; r < rows; ++r) sums[r][o] += inputs[r] * weights;
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int o = 0; o < outputs; ++o) {
      float y = base::simd::total(sums[r][o]);
      for (std::int64_t j = i; j < p.inputs; ++j) y += x[r * p.inputs + j] * w[o * p.inputs + j];
      if (p.bias != nullptr) y += p.bias[first + o];
      p.y[(row + r) * p.outputs + first + o] = y;
    }
  }
}

template <int outputs>
void few_rows_of(const FewRowsProduct& p, std::int64_t first) {
  std::int64_t row = 0;
  for (; row + 4 <= p.rows; row += 4) few_rows_tile<4, outputs>(p, row, first);
  for (; row + 2 <= p.rows; row += 2) few_rows_tile<2, outputs>(p, row, first);
  for (; row < p.rows; ++row) few_rows_tile<1, outputs>(p, row, first);
}

}  // namespace

template <base::Isa isa>
void few_rows_product(const FewRowsProduct& p, std::int64_t begin, std::int64_t end) {
  std::int64_t first = begin;
  for (; first + outputs_together <= end; first += outputs_together)
    few_rows_of<outputs_together>(p, first);
  for (; first < end; ++first) few_rows_of<1>(p, first);
  if (p.activation == nullptr) return;
  for (std::int64_t row = 0; row < p.rows; ++row) {
    float* const y = p.y + row * p.outputs + begin;
    activate<isa>(*p.activation, y, y, end - begin);
  }
}

constexpr auto few_rows_isa = base::Isa::ROFORMER_KERNEL_ISA;
template void few_rows_product<few_rows_isa>(const FewRowsProduct&, std::int64_t, std::int64_t);

}  // namespace roformer::product
