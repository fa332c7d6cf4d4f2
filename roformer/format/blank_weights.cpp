#include "roformer/format/blank_weights.h"

#include <ATen/Functions.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::format {
namespace {

thread_local int blank_scopes = 0;

// Bytes of float32 that an address space of 64 bits holds, by far.
constexpr std::int64_t most_bytes = std::int64_t{1} << 56;

void require_possible(torch::IntArrayRef shape) {
  std::int64_t bytes = sizeof(float);
  bool possible = true;
  for (const std::int64_t size : shape) {
    possible = possible && size >= 0 &&
               !__builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes) &&
               bytes <= most_bytes;
  }
  base::require(possible, "[format] expected weights that fit into memory but got the shape ({})",
                fmt::join(shape, ", "));
}

}  // namespace

BlankWeights::BlankWeights() {
  ++blank_scopes;
}

BlankWeights::~BlankWeights() {
  --blank_scopes;
}

bool weights_are_blank() {
  return blank_scopes > 0;
}

torch::Tensor new_weight(torch::IntArrayRef shape) {
  require_possible(shape);
  if (!weights_are_blank()) return torch::empty(shape, torch::kFloat);
  // Its storage has no bytes yet.
  torch::Tensor weight = torch::empty({0}, torch::kFloat);
  weight.unsafeGetTensorImpl()->set_sizes_contiguous(shape);
  return weight;
}

void give_memory(const torch::Tensor& weight) {
  const c10::Storage& storage = weight.storage();
  if (storage.nbytes() >= weight.nbytes()) return;
  storage.set_data_ptr_noswap(storage.allocator()->allocate(weight.nbytes()));
  storage.set_nbytes(weight.nbytes());
}

}  // namespace roformer::format
