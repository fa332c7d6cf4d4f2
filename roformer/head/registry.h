// All heads, by their classes' names and by what a file holds.
#pragma once
#include <string>
#include <vector>

#include "roformer/head/description.h"

namespace roformer::head {

/// The heads there are; the last is the trunk alone, which every file holds.
const std::vector<const Description*>& all();

/// The head that a class name of the family means; the trunk alone for a name that we do not know.
/// Without a name, of the heads that are in the file the one with the most weights, the first of
/// equals.
const Description& choose(const std::string& class_name, const Holdings& holdings);

/// The heads whose weights are in the file, in words: `chosen`, and of the others those that share
/// no weight with one already told. "masked language model", "pooler", "classifier of 3 labels", …
std::vector<std::string> in_words(const Description& chosen, const Holdings& holdings);

}  // namespace roformer::head
