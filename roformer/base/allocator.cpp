#include "roformer/base/allocator.h"

#include <malloc.h>

#include <limits>

namespace roformer::base {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace roformer::base
