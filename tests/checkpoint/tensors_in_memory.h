// A file of tensors that is none: what it holds lies in memory.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

#include "roformer/format/safetensors.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/format/tensor_format.h"

namespace roformer::checkpoint {

class TensorsInMemory : public format::TensorSource {
 public:
  explicit TensorsInMemory(format::TensorMap tensors,
                           const format::TensorFormat& format = *format::tensor_formats().front())
      : tensors_(std::move(tensors)), format_(format) {
    for (const auto& [name, tensor] : tensors_)
      entries_[name] = {format::find_dtype(tensor.scalar_type()).value(), tensor.sizes().vec()};
  }
  const std::filesystem::path& path() const override { return path_; }
  const format::TensorFormat& format() const override { return format_; }
  const std::map<std::string, format::TensorFacts>& entries() const override { return entries_; }
  torch::Tensor tensor(const std::string& name) const override { return tensors_.at(name); }
  void drop_pages() const override {}

 private:
  std::filesystem::path path_ = "f";
  format::TensorMap tensors_;
  std::map<std::string, format::TensorFacts> entries_;
  const format::TensorFormat& format_;
};

}  // namespace roformer::checkpoint
