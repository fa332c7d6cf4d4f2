// The parts of a text.
#pragma once

namespace roformer::data {

/// What is learned from, what is held out to watch training by, and what is held out to the end.
enum class Split { training, validation, test };

/// "training", "validation" or "test".
const char* split_name(Split split);

}  // namespace roformer::data
