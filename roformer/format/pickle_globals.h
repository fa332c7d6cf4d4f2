// The names of Python that a pickle of tensors may hold. Everything else is refused by name.
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

/// torch's name of the storage of such elements: "FloatStorage".
std::string_view storage_name(Dtype dtype);

}  // namespace roformer::format
