// pytorch_model.bin, in the zip form (torch.save since 1.6) or the legacy form, without Python and
// without running anything of the file.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/format/pickle_values.h"
#include "roformer/format/tensor_format.h"
#include "roformer/format/tensor_source.h"

namespace roformer::format {

class PyTorchFile : public TensorSource {
 public:
  /// Reads the pickle of the file, whose content is mapped unless it is given, and finds the data
  /// of every storage. Throws Error naming the file.
  explicit PyTorchFile(const std::filesystem::path& path,
                       std::shared_ptr<base::MappedFile> content = nullptr);

  const std::filesystem::path& path() const override { return path_; }
  const TensorFormat& format() const override { return *format_; }
  const std::map<std::string, TensorFacts>& entries() const override { return entries_; }
  torch::Tensor tensor(const std::string& name) const override;
  void drop_pages() const override { mapping_->drop_pages(); }
  std::vector<std::string> notes() const override { return notes_; }

 private:
  // A tensor's strides, and the place of its first element in the file.
  struct Place {
    std::vector<std::int64_t> strides;
    std::size_t begin = 0;
  };
  std::filesystem::path path_;
  std::shared_ptr<base::MappedFile> mapping_;
  const TensorFormat* format_;
  std::map<std::string, TensorFacts> entries_;
  std::map<std::string, Place> places_;
  std::vector<std::string> notes_;
};

/// Writes torch.save's zip form of a state dictionary. Atomic; throws Error naming the file.
void write_pytorch_zip(const std::filesystem::path& path, const std::vector<OutputTensor>& tensors,
                       const OnBytes& on_bytes);

/// The same in the legacy form, for PyTorch before 1.6.
void write_pytorch_legacy(const std::filesystem::path& path,
                          const std::vector<OutputTensor>& tensors, const OnBytes& on_bytes);

}  // namespace roformer::format
