#include "roformer/base/cpu_isa.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace roformer::base {
namespace {

TEST(CpuIsa, ChosenOneRunsHere) {
  EXPECT_LE(cpu_isa(), detected_isa());
}

TEST(CpuIsa, EnvironmentIsFollowed) {
  const char* wanted = std::getenv("ROFORMER_ISA");
  if (wanted == nullptr || *wanted == '\0') {
    EXPECT_EQ(cpu_isa(), detected_isa());
  } else {
    EXPECT_EQ(isa_name(cpu_isa()), wanted);
  }
}

TEST(CpuIsa, ConstantMatchesValue) {
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    EXPECT_EQ(with_isa(isa, [](auto constant) { return constant(); }), isa);
  }
  EXPECT_EQ(isa_name(Isa::avx2), "avx2");
}

}  // namespace
}  // namespace roformer::base
