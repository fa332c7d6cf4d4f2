#include "roformer/format/blank_weights.h"

#include <ATen/Functions.h>
#include <c10/core/CPUAllocator.h>
#include <fmt/ranges.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

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

// In huge pages as far as they fill them: to touch a weight first in small ones takes twice as long
// as to copy it.
at::DataPtr allocate(std::size_t bytes) {
  constexpr std::size_t page = std::size_t{2} << 20;
  if (bytes < page) return c10::GetCPUAllocator()->allocate(bytes);
  void* memory = std::aligned_alloc(page, (bytes + page - 1) / page * page);
  base::require(memory != nullptr, "[format] expected {} bytes of memory but there are fewer",
                bytes);
  ::madvise(memory, bytes / page * page, MADV_HUGEPAGE);
  return {memory, memory, [](void* data) { std::free(data); }, at::kCPU};
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
  storage.set_data_ptr_noswap(allocate(weight.nbytes()));
  storage.set_nbytes(weight.nbytes());
}

}  // namespace roformer::format
