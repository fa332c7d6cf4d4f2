#include "roformer/product/blocked_weight.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/product/block_product_kernel.h"
#include "roformer/product/narrow_blocks.h"
#include "roformer/product/narrow_product_kernel.h"
#include "roformer/product/product_sizes.h"
#include "roformer/product/product_tasks.h"

namespace roformer::product {
namespace {

using torch::Tensor;

static_assert(kBlockOutputs == kColumnsTogether);

// A block fetches the next one of its task ahead: few tasks, so that most blocks have one.
constexpr std::int64_t kTasksOfThread = 2;

// The inputs of a row are padded to whole cache lines.
Tensor blocks_of_floats(const Tensor& weight) {
  constexpr std::int64_t line = kStepBytes / sizeof(float);
  const std::int64_t inputs = weight.size(1), padding = (line - inputs % line) % line;
  const Tensor rows =
      padding == 0 ? weight.contiguous() : at::constant_pad_nd(weight, {0, padding});
  return blocks_by_row(rows.view(torch::kUInt8));
}

}  // namespace

BlockedWeight::BlockedWeight(const Tensor& weight)
    : outputs_(weight.size(0)), inputs_(weight.size(1)) {
  const torch::NoGradGuard no_gradient;
  blocks_ = blocks_of_floats(weight.detach());
}

Tensor BlockedWeight::product(const Tensor& x, const Tensor& bias,
                              std::optional<Activation> activation) const {
  require_product_sizes(x, bias, inputs_, outputs_);
  const Tensor source = x.contiguous(), flat_bias = bias.defined() ? bias.contiguous() : bias;
  Tensor y = torch::empty({x.size(0), outputs_}, x.options());
  if (y.numel() == 0) return y;
  BlockProduct product = block_product_of(source.const_data_ptr<float>(), y.data_ptr<float>());
  if (bias.defined()) product.bias = flat_bias.const_data_ptr<float>();
  if (activation) product.activation = &*activation;
  base::with_isa([&](auto isa) {
    packed::run_tasks(product_tasks(x.size(0), blocks_.size(0), kBlockRows, kTasksOfThread), 0,
                      [&](const ProductTask& task, float*) {
                        block_product<isa()>(product, task.row_begin, task.row_end,
                                             task.block_begin, task.block_end);
                      });
  });
  return y;
}

BlockProduct BlockedWeight::block_product_of(const float* x, float* y) const {
  BlockProduct product;
  product.x = x;
  product.inputs = inputs_;
  product.blocks = static_cast<const float*>(blocks_.const_data_ptr());
  product.block_inputs = blocks_.size(1);
  product.outputs = outputs_;
  product.y = y;
  return product;
}

void BlockedWeight::product(const FewRows& few, base::Helpers& helpers) const {
  BlockProduct product = block_product_of(few.x, few.y);
  product.bias = few.bias;
  product.activation = few.activation;
  base::with_isa([&](auto isa) {
    share_blocks(blocks_.size(0), blocks_.stride(0), helpers,
                 [&](std::int64_t begin, std::int64_t end) {
                   block_product<isa()>(product, 0, few.rows, begin, end);
                 });
  });
}

}  // namespace roformer::product
