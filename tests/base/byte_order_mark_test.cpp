#include "roformer/base/byte_order_mark.h"

#include <gtest/gtest.h>

namespace roformer::base {
namespace {

TEST(ByteOrderMark, IsTakenOffOnceAndAtTheBeginningAlone) {
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBFtext"), "text");
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBF"), "\xEF\xBB\xBF");
  for (const char* text : {"", "\xEF\xBB", "text", "t\xEF\xBB\xBF"})
    EXPECT_EQ(without_byte_order_mark(text), text);
}

}  // namespace
}  // namespace roformer::base
