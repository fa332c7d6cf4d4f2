#include "roformer/product/blocked_weight.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/product/block_product_kernel.h"
#include "roformer/product/narrow_blocks.h"
#include "roformer/product/narrow_product_kernel.h"
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
  base::require(x.dim() == 2 && x.size(1) == inputs_ &&
                    (!bias.defined() || (bias.dim() == 1 && bias.size(0) == outputs_)),
                "[product] expected rows of {} and {} biases but got {} and {}", inputs_, outputs_,
                x.size(-1), bias.defined() ? bias.numel() : 0);
  const Tensor source = x.contiguous(), flat_bias = bias.defined() ? bias.contiguous() : bias;
  Tensor y = torch::empty({x.size(0), outputs_}, x.options());
  if (y.numel() == 0) return y;
  BlockProduct product;
  product.x = source.const_data_ptr<float>();
  product.inputs = inputs_;
  product.blocks = static_cast<const float*>(blocks_.const_data_ptr());
  product.block_inputs = blocks_.size(1);
  product.outputs = outputs_;
  if (bias.defined()) product.bias = flat_bias.const_data_ptr<float>();
  if (activation) product.activation = &*activation;
  product.y = y.data_ptr<float>();
  base::with_isa([&](auto isa) {
    packed::run_tasks(product_tasks(x.size(0), blocks_.size(0), kBlockRows, kTasksOfThread), 0,
                      [&](const ProductTask& task, float*) {
                        block_product<isa()>(product, task.row_begin, task.row_end,
                                             task.block_begin, task.block_end);
                      });
  });
  return y;
}

}  // namespace roformer::product
