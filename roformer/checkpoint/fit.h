// Whether a file's tensors have the shapes that a configuration asks for.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/checkpoint/weight_names.h"
#include "roformer/format/tensor_source.h"
#include "roformer/model/config.h"

namespace roformer::checkpoint {

/// The names of all tensors of a file.
NameSet names_of(const format::TensorSource& file);

/// Throws Error naming file and tensor unless it is there, has this shape and holds floating-point
/// numbers.
void require_tensor(const format::TensorSource& file, const std::string& name,
                    const std::vector<std::int64_t>& shape);

/// Throws Error unless the file's embeddings, blocks and feed-forward sizes are those of `config`.
/// To be called before a module is built: no lying config.json can then ask for more memory than
/// the file has.
void require_fit(const model::EncoderConfig& config, const format::TensorSource& file);

}  // namespace roformer::checkpoint
