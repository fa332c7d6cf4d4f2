#include "roformer/format/pytorch_file.h"

#include <fmt/ranges.h>

#include "roformer/base/error.h"
#include "roformer/format/legacy_container.h"
#include "roformer/format/printable.h"
#include "roformer/format/state_dictionary.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/format/zip_container.h"

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

}  // namespace

PyTorchFile::PyTorchFile(const std::filesystem::path& path)
    : path_(path), mapping_(std::make_shared<base::MappedFile>(path)) {
  if (is_legacy_container(mapping_->view())) {
    format_ = Format::pytorch_legacy;
    const LegacyContainer container = read_legacy_container(mapping_->view(), path.string());
    add_tensors(container.object, container.begin);
    return;
  }
  const ZipContainer container = read_zip_container(path, mapping_->view());
  add_tensors(container.object, container.begin);
}

void PyTorchFile::add_tensors(const Pickle& object,
                              const std::map<std::string, std::size_t>& begin) {
  const StateDictionary state = find_state_dictionary(object, path_.string());
  for (const auto& [name, index] : state.tensors) {
    const PickleTensor& tensor = object.tensors[index];
    const PickleStorage& storage = object.storages[tensor.storage];
    entries_.emplace(name, TensorFacts{storage.dtype, tensor.shape});
    const std::size_t offset = static_cast<std::size_t>(tensor.offset) * dtype_size(storage.dtype);
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
