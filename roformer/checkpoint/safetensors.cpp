#include "roformer/checkpoint/safetensors.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::checkpoint {
namespace {

constexpr std::pair<Dtype, at::ScalarType> kTypes[] = {
    {Dtype::boolean, at::kBool}, {Dtype::u8, at::kByte},       {Dtype::i8, at::kChar},
    {Dtype::i16, at::kShort},    {Dtype::i32, at::kInt},       {Dtype::i64, at::kLong},
    {Dtype::f16, at::kHalf},     {Dtype::bf16, at::kBFloat16}, {Dtype::f32, at::kFloat},
    {Dtype::f64, at::kDouble}};

at::ScalarType scalar_type(Dtype dtype) {
  return std::find_if(std::begin(kTypes), std::end(kTypes),
                      [&](const auto& t) { return t.first == dtype; })
      ->second;
}

Dtype dtype_of(const torch::Tensor& tensor, const std::string& where) {
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const auto& t) { return t.second == tensor.scalar_type(); });
  base::require(found != std::end(kTypes),
                "[checkpoint] {}: expected a type that safetensors has but got {}", where,
                c10::toString(tensor.scalar_type()));
  return found->first;
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
  for (TensorEntry& entry : header.tensors) entries_.emplace(entry.name, entry);
  metadata_ = std::move(header.metadata);
  data_begin_ = header.data_begin;
}

torch::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const auto found = entries_.find(name);
  base::require(found != entries_.end(),
                "[checkpoint] {}: expected a tensor '{}' but there is none", path_.string(), name);
  const TensorEntry& entry = found->second;
  const auto options = torch::TensorOptions().dtype(scalar_type(entry.dtype));
  if (entry.begin == entry.end) return torch::empty(entry.shape, options);

  const char* data = mapping_->data() + data_begin_ + entry.begin;
  if (reinterpret_cast<std::uintptr_t>(data) % dtype_size(entry.dtype) != 0) {
    torch::Tensor copy = torch::empty(entry.shape, options);
    std::memcpy(copy.data_ptr(), data, entry.end - entry.begin);
    return copy;
  }
  const auto keep_mapping = [mapping = mapping_](void*) {};
  // Bytes other than 0 and 1 are no bool to a compiler: those tensors are read as numbers.
  const bool is_boolean = entry.dtype == Dtype::boolean;
  const auto view = torch::from_blob(const_cast<char*>(data), entry.shape, keep_mapping,
                                     is_boolean ? options.dtype(at::kByte) : options);
  return is_boolean ? view.ne(0) : view;
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
