#include "roformer/product/few_rows.h"

#include <algorithm>

#include "roformer/base/cpu_isa.h"

namespace roformer::product {
namespace {

// Of a weight, some microseconds of a thread.
constexpr std::int64_t kBytesOfPiece = 1 << 16;
// Of a cache line, so that no two threads write the same.
constexpr std::int64_t kOutputsAligned = 16;

}  // namespace

void run_few_rows(const FewRowsProduct& product, base::Helpers& helpers) {
  const std::int64_t row_bytes =
      std::max<std::int64_t>(1, product.inputs) * static_cast<std::int64_t>(sizeof(float));
  const std::int64_t at_once =
      std::max(kOutputsAligned, kBytesOfPiece / row_bytes / kOutputsAligned * kOutputsAligned);
  const std::int64_t pieces = (product.outputs + at_once - 1) / at_once;
  base::with_isa([&](auto isa) {
    helpers.share(pieces, [&](std::int64_t piece) {
      const std::int64_t begin = piece * at_once;
      few_rows_product<isa()>(product, begin, std::min(product.outputs, begin + at_once));
    });
  });
}

}  // namespace roformer::product
