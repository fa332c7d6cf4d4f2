#include "roformer/format/safetensors.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/format/sharded_files.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::format {
namespace {

Dtype dtype_of(const torch::Tensor& tensor, const std::string& where) {
  const auto dtype = find_dtype(tensor.scalar_type());
  base::require(dtype.has_value(), "[format] {}: expected a type that safetensors has but got {}",
                where, c10::toString(tensor.scalar_type()));
  return *dtype;
}

// Data in the order of the safetensors library: larger elements first, so that all are aligned;
// then as they come. The places are those in `tensors`.
std::vector<std::size_t> data_order(const std::vector<OutputTensor>& tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return dtype_size(tensors[a].dtype) > dtype_size(tensors[b].dtype);
  });
  return order;
}

constexpr ShardedFiles safetensors_files{"model", ".safetensors"};

// Eight bytes of a length, then JSON.
bool begins_as_safetensors(const std::filesystem::path&, std::string_view content) {
  constexpr std::size_t length_bytes = 8;
  return content.size() > length_bytes && content[length_bytes] == '{';
}

}  // namespace

const TensorFormat& safetensors_format() {
  static const TensorFormat format{
      .name = "safetensors",
      .in_words = "safetensors",
      .remarks = {},
      .find = [](const std::filesystem::path& folder) { return safetensors_files.find(folder); },
      .recognises = begins_as_safetensors,
      .open = open_as<SafetensorsFile>,
      .file_names = [](std::size_t shards) { return safetensors_files.names(shards); },
      .write =
          [](const std::filesystem::path& folder, const Shards& shards, const OnBytes& on_bytes) {
            safetensors_files.write(folder, shards, [&](const auto& path, const auto& tensors) {
              write_safetensors(path, tensors, {{"format", "pt"}}, on_bytes);
            });
          },
      .owns = [](std::string_view name) { return safetensors_files.owns(name); },
  };
  return format;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path,
                                 std::shared_ptr<base::MappedFile> content)
    : path_(path),
      mapping_(content ? std::move(content) : std::make_shared<base::MappedFile>(path)) {
  SafetensorsHeader header = parse_safetensors_header(mapping_->view(), path.string());
  for (TensorEntry& entry : header.tensors) {
    begin_.emplace(entry.name, entry.begin);
    entries_.emplace(entry.name, TensorFacts{entry.dtype, std::move(entry.shape)});
  }
  metadata_ = std::move(header.metadata);
  data_begin_ = header.data_begin;
}

const TensorFormat& SafetensorsFile::format() const {
  return safetensors_format();
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
  std::vector<OutputTensor> outputs;
  for (const auto& item : tensors) {
    const torch::Tensor& tensor = item.second;
    const std::string where = path.string() + ": tensor '" + item.first + "'";
    base::require(tensor.defined(), "[format] {}: expected a tensor but got an undefined one",
                  where);
    outputs.push_back(
        {item.first, dtype_of(tensor, where), tensor.sizes().vec(), [&tensor] { return tensor; }});
  }
  write_safetensors(path, outputs, metadata, [](std::size_t) {});
}

void write_safetensors(const std::filesystem::path& path, const std::vector<OutputTensor>& tensors,
                       const Metadata& metadata, const OnBytes& on_bytes) {
  const std::vector<std::size_t> order = data_order(tensors);
  std::vector<TensorEntry> entries;
  std::size_t offset = 0;
  for (const std::size_t i : order) {
    const std::size_t begin = offset;
    offset += byte_size(tensors[i].shape, tensors[i].dtype, tensors[i].name);
    entries.push_back({tensors[i].name, tensors[i].dtype, tensors[i].shape, begin, offset});
  }
  base::write_file_atomically(path, [&](const base::Append& append) {
    const std::string header = format_safetensors_header(entries, metadata);
    append(header.data(), header.size());
    for (const std::size_t i : order) {
      const torch::Tensor tensor = materialize(tensors[i]);
      append_elements(append, tensor);
      on_bytes(tensor.nbytes());
    }
  });
}

}  // namespace roformer::format
