#include "roformer/product/training_products.h"

#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/product/narrow_blocks.h"
#include "roformer/product/narrow_rows.h"
#include "roformer/product/prepared_weight.h"

namespace roformer::product {
namespace {

using torch::Tensor;

// The columns of x as rows.
NarrowRows rows_by_column(const Tensor& x) {
  const std::int64_t bytes = narrow_row_bytes(NarrowType::bfloat16, x.size(0));
  constexpr std::int64_t grain = 64;  // columns: whole cache lines of each row
  NarrowRows rows;
  rows.bytes = torch::empty({x.size(1), bytes}, torch::kUInt8);
  const auto* const source = x.const_data_ptr<float>();
  auto* const target = rows.bytes.data_ptr<std::uint8_t>();
  base::with_isa([&](auto isa) {
    at::parallel_for(0, (x.size(1) + grain - 1) / grain, 1,
                     [&](std::int64_t begin, std::int64_t end) {
                       round_columns<isa()>(source, x.size(0), x.size(1), target, bytes,
                                            begin * grain, std::min(x.size(1), end * grain));
                     });
  });
  return rows;
}

NarrowProduct bfloat16_product(const Tensor& blocks, std::int64_t outputs, Tensor& y) {
  NarrowProduct product;
  product.type = NarrowType::bfloat16;
  product.unit = base::bfloat16_unit();
  product.weight = blocks.const_data_ptr<std::uint8_t>();
  product.columns = outputs;
  product.y = y.data_ptr<float>();
  return product;
}

}  // namespace

TrainingProducts::TrainingProducts(const Tensor& weight, ComputeType type)
    : weight_(weight.detach()),
      narrow_(type == ComputeType::bfloat16 && packed::is_float_on_cpu(weight) &&
              weight.size(0) >= kFewOutputs && weight.size(1) > 0) {
  base::require(type != ComputeType::int8,
                "[product] expected float32 or bfloat16 for training but got int8");
}

bool TrainingProducts::is_narrow(const Tensor& rows) const {
  return narrow_ && rows.size(0) >= kFewRows && packed::is_float_on_cpu(rows);
}

Tensor TrainingProducts::output(const Tensor& x, const Tensor& bias) {
  if (!is_narrow(x)) return float32_product(x, weight_, bias);
  if (!by_output_.defined()) by_output_ = blocks_by_row(rounded_rows(weight_.contiguous()).bytes);
  const std::int64_t outputs = weight_.size(0);
  Tensor y = torch::empty({x.size(0), outputs}, x.options());
  NarrowProduct product = bfloat16_product(by_output_, outputs, y);
  const Tensor flat = bias.defined() ? bias.detach().contiguous() : bias;
  if (flat.defined()) product.bias = flat.const_data_ptr<float>();
  run_narrow_product(product, rounded_rows(x.contiguous()));
  return y;
}

Tensor TrainingProducts::input_gradient(const Tensor& slope) {
  if (!is_narrow(slope)) return float32_product(slope, weight_.t(), {});
  if (!by_input_.defined()) by_input_ = blocks_by_column(weight_.contiguous());
  Tensor y = torch::empty({slope.size(0), weight_.size(1)}, slope.options());
  run_narrow_product(bfloat16_product(by_input_, weight_.size(1), y),
                     rounded_rows(slope.contiguous()));
  return y;
}

void TrainingProducts::add_weight_gradient(const Tensor& slope, const Tensor& x, Tensor& sum) {
  if (!is_narrow(slope)) {
    if (sum.defined()) {
      sum.addmm_(slope.t(), x);
    } else {
      sum = at::mm(slope.t(), x);
    }
    return;
  }
  const bool adds = sum.defined();
  if (!adds) sum = torch::empty(weight_.sizes(), weight_.options());
  const Tensor blocks = blocks_by_column(x.contiguous());
  NarrowProduct product = bfloat16_product(blocks, weight_.size(1), sum);
  product.adds = adds;
  run_narrow_product(product, rows_by_column(slope.contiguous()));
}

}  // namespace roformer::product
