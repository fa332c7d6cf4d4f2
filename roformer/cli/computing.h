// What commands share that compute with tensors.
#pragma once
#include <c10/core/Device.h>

#include "roformer/cli/command.h"
#include "roformer/pipeline/lines.h"

namespace roformer::cli {

/// Adds --max-length and --stride of the commands that read lines of text.
void add_length_options(CLI::App& command, pipeline::LengthOptions& options);
/// Adds --device, --threads and --compute-type of the commands that compute with a model.
void add_answer_options(CLI::App& command, CommonOptions& options);
/// The type that --compute-type names, for a device; none where it was not given.
std::optional<product::ComputeType> compute_type_of(const CommonOptions& options,
                                                    c10::Device device);
/// Sets LibTorch's threads; the device, if there is one. Call first in a command that computes.
c10::Device apply(const CommonOptions& options);
/// The same of a command with add_answer_options: where the pipeline computes and in which type.
void apply(const CommonOptions& options, pipeline::PipelineOptions& pipeline);

}  // namespace roformer::cli
