// The named tensors of a pickle: the object itself, or the one dictionary of tensors within it, as
// in {"model": {...}, "epoch": 3}.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

struct StateDictionary {
  std::map<std::string, std::uint32_t> tensors;  // name to place in Pickle::tensors
  std::string inside;                            // the keys on the way there: "model", or empty
  std::vector<std::string> others;               // keys beside the tensors whose values are none
};

/// Throws Error naming `name` if there is no dictionary with tensors under names, or more than one
/// (of several, "state_dict", "model_state_dict", "model" and "module" go first).
StateDictionary find_state_dictionary(const Pickle& pickle, std::string_view name);

}  // namespace roformer::format
