// Tensors into files of every format. They are made one at a time, so that a conversion needs no
// more memory than its largest tensor.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// A tensor to write.
struct OutputTensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::function<torch::Tensor()> make;  // of that type and shape, of any device and layout
};

/// Called with the bytes written since the last call.
using OnBytes = std::function<void(std::size_t)>;

/// pytorch_model.bin in the zip form, as torch.save writes a state dictionary. Atomic; throws Error
/// naming the file.
void write_pytorch_zip(const std::filesystem::path& path, const std::vector<OutputTensor>& tensors,
                       const OnBytes& on_bytes);

/// The same in the legacy form, for PyTorch before 1.6.
void write_pytorch_legacy(const std::filesystem::path& path,
                          const std::vector<OutputTensor>& tensors, const OnBytes& on_bytes);

/// prefix.index and prefix.data-0000i-of-0000n, one data file for each of `shards`; the index last.
void write_tensorflow(const std::filesystem::path& prefix,
                      const std::vector<std::vector<OutputTensor>>& shards,
                      const OnBytes& on_bytes);

/// The tensor's elements in order, on the CPU. Throws Error unless they are of its type and shape.
torch::Tensor materialize(const OutputTensor& tensor);

}  // namespace roformer::format
