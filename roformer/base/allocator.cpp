#include "roformer/base/allocator.h"

#include <malloc.h>
#include <stdlib.h>

#include <limits>

namespace roformer::base {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

void limit_kept_products() {
  // Products of one step: about 30 shapes forward and 30 backward.
  constexpr const char* products = "128";
  ::setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", products, /*overwrite=*/0);
  ::setenv("LRU_CACHE_CAPACITY", products, /*overwrite=*/0);  // LibTorch's own, in front of it
}

}  // namespace roformer::base
