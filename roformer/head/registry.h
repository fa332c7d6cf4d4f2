// All heads, by their classes' names and by what a file holds.
#pragma once
#include <string>
#include <vector>

#include "roformer/head/description.h"

namespace roformer::head {

/// The heads there are, the trunk alone among them, in the order in which people are told of them.
const std::vector<Description>& all();

/// The class of this name if the family has it; else those that the file may hold as far as its
/// weights tell, but for those whose weights are only a part of another's: BERT's classifier of
/// sequences has its pooler beside the weights of that of tokens. At least the trunk alone.
std::vector<std::string> possible_classes(const std::string& class_name, const Holdings& holdings);

/// The head of the one possible class. Throws Error naming the classes where there are several.
const Description& choose(const std::string& class_name, const Holdings& holdings);

/// The heads whose weights are in the file, in words, of those that share theirs the class's or the
/// first: "masked language model", "pooler", "classifier of 3 labels (no, maybe, yes)", …
std::vector<std::string> in_words(const std::string& class_name, const Holdings& holdings);

/// The trunk alone: RoFormerModel, BertModel.
Description trunk_alone();

}  // namespace roformer::head
