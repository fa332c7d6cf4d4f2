// No head: RoFormerModel, BertModel, with a pooler if the file has one. Its weights keep their names:
// nothing stands before them in a file.
#pragma once
#include "roformer/head/description.h"

namespace roformer::head {

/// What a trunk without a head says about itself. Its output is pooler_output (B, hidden) if there is
/// a pooler.
const Description& trunk_alone();

}  // namespace roformer::head
