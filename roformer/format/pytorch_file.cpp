#include "roformer/format/pytorch_file.h"

#include <fmt/format.h>

#include <utility>

#include "roformer/base/error.h"
#include "roformer/format/pickled_file.h"
#include "roformer/format/printable.h"
#include "roformer/format/sharded_files.h"
#include "roformer/format/state_dictionary.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::format {
namespace {

std::vector<std::string> notes_of(const StateDictionary& state) {
  std::vector<std::string> notes;
  if (!state.inside.empty())
    notes.push_back(
        fmt::format("the tensors are inside '{}' of a larger object", printable(state.inside)));
  if (!state.others.empty())
    notes.push_back(fmt::format("beside the tensors there are {} other values, '{}' the first",
                                state.others.size(), printable(state.others.front())));
  return notes;
}

constexpr ShardedFiles pytorch_files{"pytorch_model", ".bin"};
constexpr const char* pickle_remark =
    "the weights are a pickle, which may run code in programs that trust it (not here); roformer "
    "convert makes safetensors of them";

// What both forms share.
TensorFormat pytorch_form() {
  TensorFormat format{};
  format.find = [](const std::filesystem::path& folder) { return pytorch_files.find(folder); };
  format.open = open_as<PyTorchFile>;
  format.file_names = [](std::size_t shards) { return pytorch_files.names(shards); };
  format.owns = [](std::string_view name) { return pytorch_files.owns(name); };
  return format;
}

}  // namespace

const TensorFormat& pytorch_format() {
  static const TensorFormat format = [] {
    TensorFormat zip = pytorch_form();
    zip.name = "pytorch";
    zip.in_words = "PyTorch (zip)";
    zip.remarks = {pickle_remark};
    zip.recognises = [](const std::filesystem::path&, std::string_view content) {
      return content.starts_with("PK\x03\x04");
    };
    zip.write = [](const std::filesystem::path& folder, const Shards& shards,
                   const OnBytes& on_bytes) {
      pytorch_files.write(folder, shards, [&](const auto& path, const auto& tensors) {
        write_pytorch_zip(path, tensors, on_bytes);
      });
    };
    return zip;
  }();
  return format;
}

const TensorFormat& pytorch_legacy_format() {
  static const TensorFormat format = [] {
    TensorFormat legacy = pytorch_form();
    legacy.name = "pytorch-legacy";
    legacy.in_words = "PyTorch (legacy, from before version 1.6)";
    legacy.remarks = {
        "the weights are in PyTorch's form from before version 1.6, which few programs but PyTorch "
        "read",
        pickle_remark};
    legacy.recognises = [](const std::filesystem::path&, std::string_view content) {
      return is_legacy_container(content);
    };
    legacy.write = [](const std::filesystem::path& folder, const Shards& shards,
                      const OnBytes& on_bytes) {
      pytorch_files.write(folder, shards, [&](const auto& path, const auto& tensors) {
        write_pytorch_legacy(path, tensors, on_bytes);
      });
    };
    return legacy;
  }();
  return format;
}

PyTorchFile::PyTorchFile(const std::filesystem::path& path,
                         std::shared_ptr<base::MappedFile> content)
    : path_(path),
      mapping_(content ? std::move(content) : std::make_shared<base::MappedFile>(path)),
      format_(&pytorch_format()) {
  const bool legacy = is_legacy_container(mapping_->view());
  if (legacy) format_ = &pytorch_legacy_format();
  const auto [object, begin] = legacy ? read_legacy_container(mapping_->view(), path.string())
                                      : read_zip_container(mapping_->view(), path.string());
  const StateDictionary state = find_state_dictionary(object, path_.string());
  for (const auto& [name, index] : state.tensors) {
    const PickleTensor& tensor = object.tensors[index];
    const PickleStorage& storage = object.storages[tensor.storage];
    entries_.emplace(name, TensorFacts{tensor.dtype, tensor.shape});
    const std::size_t offset = static_cast<std::size_t>(tensor.offset) * dtype_size(tensor.dtype);
    places_.emplace(name, Place{tensor.strides, begin.at(storage.key) + offset});
  }
  notes_ = notes_of(state);
}

torch::Tensor PyTorchFile::tensor(const std::string& name) const {
  const TensorFacts& entry = facts(name);
  const Place& place = places_.at(name);
  return tensor_over(mapping_, place.begin, entry.dtype, entry.shape, place.strides);
}

}  // namespace roformer::format
