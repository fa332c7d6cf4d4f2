// Vectors into a file, row by row: NumPy's .npy, or safetensors.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <memory>

namespace roformer::cli {

/// A file of rows of equal width, which takes its name when it is whole.
class VectorFile {
 public:
  virtual ~VectorFile() = default;
  /// Appends rows (n, width) of float32.
  virtual void add(const torch::Tensor& rows) = 0;
  /// Writes what is left and gives the file its name. Throws Error where the disk is full.
  virtual void finish() = 0;
};

/// By the name's ending: .npy, an array (rows, width) in C's order, written as it comes;
/// .safetensors, a tensor "embeddings" of that shape, kept in memory until the end. Throws Error
/// for another ending, or where the file cannot be made.
std::unique_ptr<VectorFile> make_vector_file(const std::filesystem::path& path);

}  // namespace roformer::cli
