// In which type the products of a model are computed. No tensors here.
#pragma once
#include <string>
#include <vector>

namespace roformer::product {

/// The products of the linear layers; norms, softmax, attention and sums stay in float32.
///  * float32;
///  * bfloat16: both sides rounded to 8 bits of mantissa, where the processor has AVX512_BF16 or
///    AMX;
///  * int8: weights by output, rows by token.
enum class ComputeType { float32, bfloat16, int8 };

/// "float32", "bfloat16" or "int8".
std::string compute_type_name(ComputeType type);
/// Of a name; "auto" is bfloat16 where that is faster than float32, never int8, whose answers are
/// further off (MiniLM's vectors: cosines of 0.9999 and 0.997). Throws Error for
/// another name and for a type that this processor does not have, with the reason.
ComputeType parse_compute_type(const std::string& name);
/// Whether this processor has the type.
bool is_served(ComputeType type);
/// Throws Error where it has not, with the reason.
void require_served(ComputeType type);
/// What parse_compute_type takes on this processor, float32 first.
std::vector<ComputeType> served_compute_types();
/// Every name that some processor takes.
const std::vector<std::string>& compute_type_names();

}  // namespace roformer::product
