#include "roformer/base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace roformer::base {
namespace {

bool is_open_in_system(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

Descriptor open_null() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(DescriptorTest, ClosesItselfOnce) {
  int number = -1;
  {
    Descriptor descriptor = open_null();
    number = descriptor.get();
    ASSERT_TRUE(descriptor.is_open());
    ASSERT_TRUE(is_open_in_system(number));
  }
  EXPECT_FALSE(is_open_in_system(number));
  Descriptor descriptor = open_null();
  descriptor.close();
  EXPECT_FALSE(descriptor.is_open());
  const Descriptor next = open_null();  // takes the free number
  descriptor.close();
  EXPECT_TRUE(is_open_in_system(next.get()));
}

TEST(DescriptorTest, MovesLeaveOneOwner) {
  Descriptor first = open_null();
  const int number = first.get();
  Descriptor second = std::move(first);
  EXPECT_FALSE(first.is_open());
  EXPECT_EQ(second.get(), number);
  Descriptor third = open_null();
  const int replaced = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), number);
  EXPECT_TRUE(is_open_in_system(number));
  second = Descriptor();
  EXPECT_FALSE(is_open_in_system(replaced));
}

TEST(DescriptorTest, NoneIsNotOpen) {
  EXPECT_FALSE(Descriptor().is_open());
  EXPECT_FALSE(Descriptor(::open("/dev/null/below", O_RDONLY)).is_open());
}

}  // namespace
}  // namespace roformer::base
