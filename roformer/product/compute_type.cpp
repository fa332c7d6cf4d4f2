#include "roformer/product/compute_type.h"

#include "roformer/base/error.h"
#include "roformer/base/matrix_unit.h"
#include "roformer/base/nearest_name.h"

namespace roformer::product {
namespace {

// Intel's AVX512_BF16 does a product every second cycle, half of what float32 does there; AMD's two
// a cycle, twice as many.
bool bfloat16_is_faster() {
  return base::bfloat16_unit() == base::MatrixUnit::tiles ||
         (is_served(ComputeType::bfloat16) && __builtin_cpu_is("amd"));
}

}  // namespace

std::string compute_type_name(ComputeType type) {
  const char* const names[] = {"float32", "bfloat16", "int8"};
  return names[static_cast<std::size_t>(type)];
}

const std::vector<std::string>& compute_type_names() {
  static const std::vector<std::string> names = {"float32", "bfloat16", "int8", "auto"};
  return names;
}

std::vector<ComputeType> served_compute_types() {
  std::vector<ComputeType> types = {ComputeType::float32, ComputeType::bfloat16, ComputeType::int8};
  std::erase_if(types, [](ComputeType type) { return !is_served(type); });
  return types;
}

bool is_served(ComputeType type) {
  return type != ComputeType::bfloat16 || base::bfloat16_unit() != base::MatrixUnit::vectors;
}

void require_served(ComputeType type) {
  base::require(is_served(type),
                "[product] expected a processor with AVX512_BF16 or AMX for bfloat16 but got one "
                "without, or ROFORMER_ISA or ROFORMER_MATRIX_UNIT keep to less: float32 is there");
}

ComputeType parse_compute_type(const std::string& name) {
  if (name == "auto") return bfloat16_is_faster() ? ComputeType::bfloat16 : ComputeType::float32;
  for (const ComputeType type : {ComputeType::float32, ComputeType::bfloat16, ComputeType::int8}) {
    if (compute_type_name(type) != name) continue;
    require_served(type);
    return type;
  }
  base::fail("[product] expected the compute type float32, bfloat16, int8 or auto but got '{}'{}",
             name, base::did_you_mean(name, compute_type_names()));
}

}  // namespace roformer::product
