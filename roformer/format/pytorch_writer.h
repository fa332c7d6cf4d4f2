// Tensors into pytorch_model.bin, both forms.
#pragma once
#include <filesystem>
#include <vector>

#include "roformer/format/tensor_writer.h"

namespace roformer::format {

/// The zip form, as torch.save writes a state dictionary. Atomic; throws Error naming the file.
void write_pytorch_zip(const std::filesystem::path& path, const std::vector<OutputTensor>& tensors,
                       const OnBytes& on_bytes);

/// The same in the legacy form, for PyTorch before 1.6.
void write_pytorch_legacy(const std::filesystem::path& path,
                          const std::vector<OutputTensor>& tensors, const OnBytes& on_bytes);

}  // namespace roformer::format
