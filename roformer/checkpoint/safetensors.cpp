#include "roformer/checkpoint/safetensors.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/checkpoint/tensor_bytes.h"

namespace roformer::checkpoint {
namespace {

Dtype dtype_of(const torch::Tensor& tensor, const std::string& where) {
  const auto dtype = find_dtype(tensor.scalar_type());
  base::require(dtype.has_value(),
                "[checkpoint] {}: expected a type that safetensors has but got {}", where,
                c10::toString(tensor.scalar_type()));
  return *dtype;
}

// Data in the order of the safetensors library: larger elements first, so that all are aligned;
// then by name.
std::vector<TensorEntry> lay_out(const TensorMap& tensors, const std::string& file) {
  std::vector<TensorEntry> entries;
  for (const auto& [name, tensor] : tensors) {
    const std::string where = file + ": tensor '" + name + "'";
    base::require(tensor.defined(), "[checkpoint] {}: expected a tensor but got an undefined one",
                  where);
    entries.push_back({name, dtype_of(tensor, where), tensor.sizes().vec(), 0, tensor.nbytes()});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return dtype_size(a.dtype) > dtype_size(b.dtype);
  });
  std::size_t offset = 0;
  for (TensorEntry& entry : entries) {
    entry.begin = offset;
    entry.end = offset += entry.end;
  }
  return entries;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path), mapping_(std::make_shared<base::MappedFile>(path)) {
  SafetensorsHeader header = parse_safetensors_header(mapping_->view(), path.string());
  for (TensorEntry& entry : header.tensors) {
    begin_.emplace(entry.name, entry.begin);
    entries_.emplace(entry.name, TensorFacts{entry.dtype, std::move(entry.shape)});
  }
  metadata_ = std::move(header.metadata);
  data_begin_ = header.data_begin;
}

torch::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const TensorFacts& entry = facts(name);
  return tensor_over(mapping_, data_begin_ + begin_.at(name), entry.dtype, entry.shape);
}

TensorFile load_tensors(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  TensorFile result;
  result.metadata = file.metadata();
  for (const auto& [name, entry] : file.entries()) result.tensors[name] = file.tensor(name).clone();
  return result;
}

void save_tensors(const std::filesystem::path& path, const TensorMap& tensors,
                  const Metadata& metadata) {
  const std::vector<TensorEntry> entries = lay_out(tensors, path.string());
  base::write_file_atomically(path, [&](const base::Append& append) {
    const std::string header = format_safetensors_header(entries, metadata);
    append(header.data(), header.size());
    for (const TensorEntry& entry : entries) {
      const torch::Tensor plain = tensors.at(entry.name).detach().to(at::kCPU).contiguous();
      if (entry.begin < entry.end) append(plain.const_data_ptr(), plain.nbytes());
    }
  });
}

}  // namespace roformer::checkpoint
