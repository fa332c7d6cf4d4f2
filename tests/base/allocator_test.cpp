#include "roformer/base/allocator.h"

#include <gtest/gtest.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>

#include <cstddef>

#include "tests/base/variable.h"

namespace roformer::base {
namespace {

TEST(Allocator, TheEnvironmentGoesBeforeTheLimitOfProducts) {
  const tests::Variable unset("ONEDNN_PRIMITIVE_CACHE_CAPACITY", nullptr);
  const tests::Variable given("LRU_CACHE_CAPACITY", "7");
  limit_kept_products();
  EXPECT_STREQ(::getenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY"), "128");
  EXPECT_STREQ(::getenv("LRU_CACHE_CAPACITY"), "7");
}

#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 33)

// The end of a process of its own, since there is no way back: 0 if a large block was not mapped, and
// stayed with the process when it was freed. Sanitizers count nothing, which is 0 too.
[[noreturn]] void exit_by_kept_memory() {
  keep_freed_memory();
  const std::size_t mapped_before = ::mallinfo2().hblks;
  char* volatile block = static_cast<char*>(::malloc(std::size_t{64} << 20));
  block[0] = 1;
  const struct mallinfo2 taken = ::mallinfo2();
  ::free(block);
  const bool kept = ::mallinfo2().arena == taken.arena;
  ::_Exit(kept && taken.hblks == mapped_before ? 0 : 1);
}

TEST(AllocatorDeathTest, LargeBlocksStayWithTheProcess) {
  EXPECT_EXIT(exit_by_kept_memory(), testing::ExitedWithCode(0), "");
}

#endif
#endif

}  // namespace
}  // namespace roformer::base
