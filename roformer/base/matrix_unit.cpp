#include "roformer/base/matrix_unit.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"

namespace roformer::base {

std::string_view matrix_unit_name(MatrixUnit unit) {
  constexpr std::string_view names[] = {"vectors", "dot_products", "tiles"};
  return names[static_cast<std::size_t>(unit)];
}

namespace {

// Bits of CPUID's leaf 7 (Intel's manual, volume 2A): subleaf 0 EDX and ECX, subleaf 1 EAX.
constexpr unsigned kAmxBfloat16 = 1U << 22U, kAmxTile = 1U << 24U, kAmxInt8 = 1U << 25U;
constexpr unsigned kVnni = 1U << 11U, kAvx512Bfloat16 = 1U << 5U;

struct Features {
  unsigned ecx = 0, edx = 0, more = 0;
};

Features read_features() {
  Features found;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return found;
  found.ecx = ecx;
  found.edx = edx;
  if (__get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0) found.more = eax;
  return found;
}

// Linux hands out the registers of tiles, 8 KiB, to processes that ask for them
// (Documentation/arch/x86/xstate.rst).
bool system_gives_tiles() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr long ask_for_state = 0x1023, tile_data = 18;
  static const bool given = syscall(SYS_arch_prctl, ask_for_state, tile_data) == 0;
  return given;
#else
  return false;
#endif
}

MatrixUnit best_unit(bool has_dot_products, bool has_tiles) {
  if (cpu_isa() != Isa::avx512) return MatrixUnit::vectors;
  if (has_tiles && system_gives_tiles()) return MatrixUnit::tiles;
  return has_dot_products ? MatrixUnit::dot_products : MatrixUnit::vectors;
}

MatrixUnit chosen_unit(MatrixUnit best, std::string_view type) {
  const char* const wanted = std::getenv("ROFORMER_MATRIX_UNIT");
  if (wanted == nullptr || *wanted == '\0') return best;
  for (const MatrixUnit unit : {MatrixUnit::vectors, MatrixUnit::dot_products, MatrixUnit::tiles}) {
    if (matrix_unit_name(unit) != wanted) continue;
    require(unit <= best, "[base] ROFORMER_MATRIX_UNIT={} but for {} this processor has only {}",
            wanted, type, matrix_unit_name(best));
    return unit;
  }
  fail("[base] expected ROFORMER_MATRIX_UNIT to be vectors, dot_products or tiles but got '{}'",
       wanted);
}

}  // namespace

MatrixUnit int8_unit() {
  static const MatrixUnit unit = [] {
    const Features features = read_features();
    const bool tiles = (features.edx & kAmxTile) != 0 && (features.edx & kAmxInt8) != 0;
    return chosen_unit(best_unit((features.ecx & kVnni) != 0, tiles), "int8");
  }();
  return unit;
}

MatrixUnit bfloat16_unit() {
  static const MatrixUnit unit = [] {
    const Features features = read_features();
    const bool tiles = (features.edx & kAmxTile) != 0 && (features.edx & kAmxBfloat16) != 0;
    const MatrixUnit best = best_unit((features.more & kAvx512Bfloat16) != 0, tiles);
    // What int8 has and bfloat16 lacks may be asked for all the same.
    return std::min(best, chosen_unit(std::max(best, int8_unit()), "bfloat16"));
  }();
  return unit;
}

}  // namespace roformer::base
