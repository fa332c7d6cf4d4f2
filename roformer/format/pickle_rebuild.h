// Python's names that a pickle of tensors may hold (all else is refused by name), and the calls of
// them that torch.save writes, done as data: what they would return, without calling anything.
#pragma once
#include <optional>
#include <string_view>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

/// What torch.save means by module.attribute. Throws Error, naming both and `file`, for any other.
PickleSymbol find_pickle_symbol(std::string_view module, std::string_view attribute,
                                std::string_view file);

/// The element type if the symbol is one of torch's storages.
std::optional<Dtype> storage_dtype(PickleSymbol symbol);

/// The element type if the symbol is one: torch.float32.
std::optional<Dtype> element_dtype(PickleSymbol symbol);

/// torch's name of the storage of such elements: "FloatStorage"; empty where they lie in a storage
/// of bytes.
std::string_view storage_name(Dtype dtype);
/// torch's name of such elements: "float32".
std::string_view element_name(Dtype dtype);

/// The value of the persistent id `id`: ("storage", type, key, location, size[, view]). Throws
/// Error for any other.
PickleValue resolve_persistent_id(Pickle& pickle, PickleId id, std::string_view name);

/// The value of function(*arguments). Throws Error unless the function is one of PickleSymbol's and
/// the arguments are as torch.save writes them.
PickleValue reduce_call(Pickle& pickle, PickleId function, PickleId arguments,
                        std::string_view name);

}  // namespace roformer::format
