// Which instruction set this processor runs, and the switch from it to the kernel compiled for it.
#pragma once
#include <string_view>
#include <type_traits>

#include "roformer/base/isa.h"

namespace roformer::base {

/// This processor's best instruction set, or the one that ROFORMER_ISA (baseline, avx2, avx512)
/// names. Throws Error if that is unknown or this processor cannot run it. Read once per process.
Isa cpu_isa();

/// The best instruction set that the processor has, whatever the environment says.
Isa detected_isa();

/// "baseline", "avx2" or "avx512".
std::string_view isa_name(Isa isa);

/// Calls `function` with the instruction set as a compile-time constant:
/// with_isa([&](auto isa) { rotate<isa>(…); }).
template <typename Function>
decltype(auto) with_isa(Isa isa, Function&& function) {
  switch (isa) {
    case Isa::avx512:
      return function(std::integral_constant<Isa, Isa::avx512>{});
    case Isa::avx2:
      return function(std::integral_constant<Isa, Isa::avx2>{});
    default:
      return function(std::integral_constant<Isa, Isa::baseline>{});
  }
}

/// The same with the instruction set of cpu_isa().
template <typename Function>
decltype(auto) with_isa(Function&& function) {
  return with_isa(cpu_isa(), std::forward<Function>(function));
}

}  // namespace roformer::base
