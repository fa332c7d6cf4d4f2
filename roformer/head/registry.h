// All heads, by their classes' names and by what a file holds.
#pragma once
#include <string>
#include <vector>

#include "roformer/head/description.h"

namespace roformer::head {

/// The heads there are, the trunk alone among them, in the order in which people are told of them.
const std::vector<Description>& all();

/// The classes that a file may hold as far as its weights tell, but those whose weights are only a
/// part of another's: BERT's classifier of sequences has its pooler beside the weights of that of
/// tokens. At least the trunk alone.
std::vector<std::string> possible_classes(const Holdings& holdings);

/// The head that a class name of the family means; the trunk alone for a name that we do not know.
/// Without a name what the weights tell. Throws Error naming the classes if several are possible.
const Description& choose(const std::string& class_name, const Holdings& holdings);

/// The heads whose weights are in the file, in words, of those that share theirs the class's or the
/// first: "masked language model", "pooler", "classifier of 3 labels (no, maybe, yes)", …
std::vector<std::string> in_words(const std::string& class_name, const Holdings& holdings);

}  // namespace roformer::head
