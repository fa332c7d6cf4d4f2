// Which head a folder holds: config.json's class, or where it names none what the weights tell.
#pragma once
#include "roformer/checkpoint/config_file.h"
#include "roformer/format/tensor_source.h"
#include "roformer/head/registry.h"

namespace roformer::checkpoint {

/// The configuration, and the file's tensors that are not the trunk's.
head::Holdings holdings_of(const CheckpointConfig& config, const format::TensorSource& file);

/// The head of a folder with this configuration and these weights. Throws Error naming the file where
/// several are possible.
const head::Description& head_of(const CheckpointConfig& config, const format::TensorSource& file);

}  // namespace roformer::checkpoint
