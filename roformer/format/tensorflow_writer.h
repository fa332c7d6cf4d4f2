// Tensors into a TensorFlow checkpoint.
#pragma once
#include <filesystem>

#include "roformer/format/tensor_format.h"

namespace roformer::format {

/// prefix.index and prefix.data-0000i-of-0000n, one data file for each of `shards`; the index last.
/// Each is atomic; throws Error naming the file.
void write_tensorflow(const std::filesystem::path& prefix, const Shards& shards,
                      const OnBytes& on_bytes);

}  // namespace roformer::format
