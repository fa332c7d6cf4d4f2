// What commands share that compute with tensors.
#pragma once
#include <c10/core/Device.h>

#include "roformer/cli/command.h"
#include "roformer/pipeline/lines.h"

namespace roformer::cli {

/// Adds --max-length and --stride of the commands that read lines of text.
void add_length_options(CLI::App& command, pipeline::LengthOptions& options);
/// Adds --device, --threads and --compute-type of the commands that answer by a model.
void add_answer_options(CLI::App& command, CommonOptions& options);
/// Sets LibTorch's threads; the device, if there is one. Call first in a command that computes.
c10::Device apply(const CommonOptions& options);
/// The same of a command with add_answer_options: where the pipeline computes and in which type.
void apply(const CommonOptions& options, pipeline::PipelineOptions& pipeline);

}  // namespace roformer::cli
