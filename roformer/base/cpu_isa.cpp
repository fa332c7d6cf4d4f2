#include "roformer/base/cpu_isa.h"

#include <cstdlib>

#include "roformer/base/error.h"

namespace roformer::base {

Isa detected_isa() {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq");
  if (avx512) return Isa::avx512;
  return avx2 ? Isa::avx2 : Isa::baseline;
}

std::string_view isa_name(Isa isa) {
  constexpr std::string_view names[] = {"baseline", "avx2", "avx512"};
  return names[static_cast<std::size_t>(isa)];
}

namespace {

Isa choose_isa() {
  const Isa best = detected_isa();
  const char* wanted = std::getenv("ROFORMER_ISA");
  if (wanted == nullptr || *wanted == '\0') return best;
  for (Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (isa_name(isa) != wanted) continue;
    require(isa <= best, "[base] ROFORMER_ISA={} but this processor has only {}", wanted,
            isa_name(best));
    return isa;
  }
  fail("[base] expected ROFORMER_ISA to be baseline, avx2 or avx512 but got '{}'", wanted);
}

}  // namespace

Isa cpu_isa() {
  static const Isa isa = choose_isa();
  return isa;
}

}  // namespace roformer::base
