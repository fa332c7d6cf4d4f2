// What this processor has for products of int8 and bfloat16 beyond the vectors of its instruction
// set, and which of it is used.
#pragma once
#include <string_view>

namespace roformer::base {

/// Vectors of the instruction set alone; sums of products of neighbours within vectors of AVX-512
/// (VNNI for int8, AVX512_BF16); tiles of 16 × 64 bytes (AMX).
enum class MatrixUnit { vectors, dot_products, tiles };

/// The best that the processor, the operating system and ROFORMER_ISA allow, or what
/// ROFORMER_MATRIX_UNIT (vectors, dot_products, tiles) names. Throws Error if that is unknown or
/// there is no such unit. Read once per process; with tiles the first call asks the system for them.
MatrixUnit int8_unit();
MatrixUnit bfloat16_unit();

/// "vectors", "dot_products" or "tiles".
std::string_view matrix_unit_name(MatrixUnit unit);

}  // namespace roformer::base
