// What the commands that make vectors of lines have in common.
#pragma once
#include <string>

#include "roformer/cli/command.h"
#include "roformer/pipeline/embed.h"

namespace roformer::cli {

struct VectorFlags {
  CommonOptions common;
  std::string model;
  std::string pooling;  // empty: the folder's own
  pipeline::EmbedOptions options = {};
};

/// Adds --model, the choices of a vector, and the lengths of lines.
void add_vector_options(CLI::App& command, VectorFlags& flags);

/// Opens the model as the options say; sets LibTorch's threads.
pipeline::Embed open_embed(VectorFlags& flags);

/// Warns of lines that were cut, if there were any; `source` names their file, unless they are of
/// standard input.
void warn_of_cut_lines(const pipeline::Embed& embed, const std::string& source = {});
/// The same of lines that were counted before: how many, and the number of the first.
void warn_of_cut_lines(const pipeline::Embed& embed, std::int64_t count, std::int64_t first,
                       const std::string& source);

}  // namespace roformer::cli
