#include "roformer/base/error.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

TEST(ErrorTest, MessageIsFormatted) {
  EXPECT_EQ(tests::error_message([] { fail("[base] expected {} but got {}", 1, "two"); }),
            "[base] expected 1 but got two");
}

TEST(ErrorTest, RequireThrowsOnlyWhenFalse) {
  EXPECT_NO_THROW(require(true, "[base] never {}", 1));
  EXPECT_THROW(require(false, "[base] always {}", 1), Error);
  EXPECT_THROW(require(false, "[base] always"), std::runtime_error);
}

}  // namespace
}  // namespace roformer::base
