#include "roformer/format/pickle_globals.h"

#include <algorithm>
#include <array>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

struct Global {
  std::string_view module;
  std::string_view attribute;
  PickleSymbol symbol;
};

constexpr std::array<Global, 27> kGlobals{{
    {"collections", "OrderedDict", PickleSymbol::ordered_dictionary},
    {"torch._utils", "_rebuild_tensor", PickleSymbol::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", PickleSymbol::rebuild_tensor_v2},
    {"torch._utils", "_rebuild_parameter", PickleSymbol::rebuild_parameter},
    {"torch", "Size", PickleSymbol::size},
    {"torch", "BoolStorage", PickleSymbol::storage_type_boolean},
    {"torch", "ByteStorage", PickleSymbol::storage_type_u8},
    {"torch", "UntypedStorage", PickleSymbol::storage_type_u8},
    {"torch.storage", "UntypedStorage", PickleSymbol::storage_type_u8},
    {"torch", "CharStorage", PickleSymbol::storage_type_i8},
    {"torch", "ShortStorage", PickleSymbol::storage_type_i16},
    {"torch", "IntStorage", PickleSymbol::storage_type_i32},
    {"torch", "LongStorage", PickleSymbol::storage_type_i64},
    {"torch", "HalfStorage", PickleSymbol::storage_type_f16},
    {"torch", "BFloat16Storage", PickleSymbol::storage_type_bf16},
    {"torch", "FloatStorage", PickleSymbol::storage_type_f32},
    {"torch", "DoubleStorage", PickleSymbol::storage_type_f64},
    {"torch", "float16", PickleSymbol::dtype},
    {"torch", "bfloat16", PickleSymbol::dtype},
    {"torch", "float32", PickleSymbol::dtype},
    {"torch", "float64", PickleSymbol::dtype},
    {"torch", "uint8", PickleSymbol::dtype},
    {"torch", "int8", PickleSymbol::dtype},
    {"torch", "int16", PickleSymbol::dtype},
    {"torch", "int32", PickleSymbol::dtype},
    {"torch", "int64", PickleSymbol::dtype},
    {"torch", "bool", PickleSymbol::dtype},
}};

}  // namespace

PickleSymbol find_pickle_symbol(std::string_view module, std::string_view attribute,
                                std::string_view file) {
  const auto found = std::find_if(kGlobals.begin(), kGlobals.end(), [&](const Global& global) {
    return global.module == module && global.attribute == attribute;
  });
  base::require(found != kGlobals.end(),
                "[checkpoint] {}: expected tensors and containers only but the pickle asks for "
                "Python's {}.{}; refused, and nothing of the file was run",
                file, printable(module), printable(attribute));
  return found->symbol;
}

std::optional<Dtype> storage_dtype(PickleSymbol symbol) {
  if (symbol < PickleSymbol::storage_type_boolean) return std::nullopt;
  return static_cast<Dtype>(static_cast<int>(symbol) -
                            static_cast<int>(PickleSymbol::storage_type_boolean));
}

std::string_view storage_name(Dtype dtype) {
  return std::find_if(kGlobals.begin(), kGlobals.end(),
                      [&](const Global& global) { return storage_dtype(global.symbol) == dtype; })
      ->attribute;
}

}  // namespace roformer::format
