// Vectors of a text's lines that were computed once and are kept in a file: safetensors with the
// tensor "vectors" (lines, width) and, in its metadata, what they were made of.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace roformer::pipeline {

struct LineVectors {
  torch::Tensor vectors;       // (lines, width) float32 on the CPU
  std::int64_t cut = 0;        // lines that were cut
  std::int64_t first_cut = 0;  // the number of the first of them
};

/// The vectors of a file that were made of what `key` is the number of; none if there is no such
/// file. One that is damaged, or was made of something else, is none too, and `why` says so. Throws
/// Error for a file of other tensors, which is nobody's to write over.
std::optional<LineVectors> read_kept_vectors(const std::filesystem::path& path, std::uint64_t key,
                                             std::string& why);

/// Writes the file atomically, with the folders above it. Where that is not possible (a folder of that
/// name, a place that may only be read, a full disk) there is no file. Warns of that and of `why` in
/// one line; where both are nothing there is none.
void keep_vectors(const std::filesystem::path& path, std::uint64_t key, const LineVectors& lines,
                  const std::string& why = {});

}  // namespace roformer::pipeline
