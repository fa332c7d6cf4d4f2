// Reads the pickles of torch.save without running anything: a stack machine over bytes that knows
// containers, numbers, texts and tensors, and refuses every other name. Format: Python's pickle
// protocols 2 to 5 (PEP 307, 3154, 574; Lib/pickletools.py).
#pragma once
#include <string_view>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

/// Reads the pickle that `bytes` begins with; `name` is the file's, for messages. Time and memory
/// grow with the length only, up to a fixed number of steps. Throws Error naming what it refuses:
/// any global but those of PickleSymbol, any call but theirs, tensors that leave their storage,
/// pickles that end early or take too many steps.
Pickle read_pickle(std::string_view bytes, std::string_view name);

}  // namespace roformer::format
