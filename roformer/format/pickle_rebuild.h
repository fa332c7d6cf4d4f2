// The calls that torch.save writes into a pickle, done as data: what they would return, without
// calling anything.
#pragma once
#include <string_view>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

/// The value of the persistent id `id`: ("storage", type, key, location, size[, view]). Throws
/// Error for any other.
PickleValue resolve_persistent_id(Pickle& pickle, PickleId id, std::string_view name);

/// The value of function(*arguments). Throws Error unless the function is one of PickleSymbol's and
/// the arguments are as torch.save writes them.
PickleValue reduce_call(Pickle& pickle, PickleId function, PickleId arguments,
                        std::string_view name);

}  // namespace roformer::format
