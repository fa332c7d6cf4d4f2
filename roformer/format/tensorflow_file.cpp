#include "roformer/format/tensorflow_file.h"

#include "roformer/base/crc32c.h"
#include "roformer/base/error.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::format {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view written_prefix = "bert_model.ckpt";
constexpr std::string_view tensorflow_index_ending = ".index";

// What the file `checkpoint` that TensorFlow writes names as the newest:
// model_checkpoint_path: "bert_model.ckpt".
std::string newest_tensorflow_prefix(const fs::path& folder) {
  if (!fs::exists(folder / "checkpoint")) return {};
  const std::string text = base::read_file(folder / "checkpoint");
  constexpr std::string_view kKey = "model_checkpoint_path: \"";
  const std::size_t begin = text.starts_with(kKey) ? kKey.size() : std::string::npos;
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find('"', begin);
  if (end == std::string::npos) return {};
  return fs::path(text.substr(begin, end - begin)).filename().string();
}

// The folder's TensorFlow index; empty if it has none.
fs::path find_tensorflow_index(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& item : fs::directory_iterator(folder)) {
    if (item.path().extension() == tensorflow_index_ending) found.push_back(item.path());
  }
  if (found.size() <= 1) return found.empty() ? fs::path() : found.front();
  const std::string newest =
      newest_tensorflow_prefix(folder) + std::string(tensorflow_index_ending);
  for (const fs::path& path : found) {
    if (path.filename() == newest) return path;
  }
  base::fail("[format] {}: expected one TensorFlow checkpoint but got {}; name one of them",
             folder.string(), found.size());
}

std::vector<std::string> tensorflow_file_names(std::size_t shards) {
  std::vector<std::string> names;
  const auto count = static_cast<std::int64_t>(shards);
  for (std::int64_t i = 0; i < count; ++i) names.push_back(shard_name(written_prefix, i, count));
  names.push_back(std::string(written_prefix) + std::string(tensorflow_index_ending));
  names.push_back("checkpoint");
  return names;
}

void write_tensorflow_files(const fs::path& folder, const Shards& shards, const OnBytes& on_bytes) {
  write_tensorflow(folder / written_prefix, shards, on_bytes);
  base::write_file_atomically(folder / "checkpoint",
                              fmt::format("model_checkpoint_path: \"{0}\"\n"
                                          "all_model_checkpoint_paths: \"{0}\"\n",
                                          written_prefix));
}

// The path itself, or the index of a prefix, which is no file.
fs::path index_of_checkpoint(const fs::path& path) {
  if (fs::exists(path) || path.extension() == tensorflow_index_ending) return path;
  return path.string() + std::string(tensorflow_index_ending);
}

bool is_tensorflow_checkpoint(const fs::path& path, std::string_view) {
  const fs::path index = index_of_checkpoint(path);
  return index.extension() == tensorflow_index_ending && fs::exists(index);
}

bool is_tensorflow_name(std::string_view name) {
  return name == "checkpoint" || (name.starts_with(written_prefix) &&
                                  (name.ends_with(tensorflow_index_ending) ||
                                   name.substr(written_prefix.size()).starts_with(".data-")));
}

}  // namespace

const TensorFormat& tensorflow_format() {
  static const TensorFormat format{
      .name = "tensorflow",
      .in_words = "TensorFlow",
      .remarks = {"the weights are TensorFlow's; their names and layout are translated"},
      .naming = Naming::tensorflow,
      .find = find_tensorflow_index,
      .recognises = is_tensorflow_checkpoint,
      .open = open_as<TensorFlowFile>,
      .file_names = tensorflow_file_names,
      .write = write_tensorflow_files,
      .owns = is_tensorflow_name,
  };
  return format;
}

const TensorFormat& TensorFlowFile::format() const {
  return tensorflow_format();
}

TensorFlowFile::TensorFlowFile(const std::filesystem::path& path,
                               std::shared_ptr<base::MappedFile> content)
    : path_(index_of_checkpoint(path)) {
  if (!content) content = std::make_shared<base::MappedFile>(path_);
  index_ = parse_tensorflow_index(content->view(), path_.string());
  const std::string prefix = std::filesystem::path(path_).replace_extension().string();
  for (std::int64_t shard = 0; shard < index_.shards; ++shard) {
    shards_.push_back(std::make_shared<base::MappedFile>(shard_name(prefix, shard, index_.shards)));
  }
  for (const auto& [name, entry] : index_.tensors) {
    const std::size_t size = shards_[static_cast<std::size_t>(entry.shard)]->size();
    base::require(entry.end <= size,
                  "[format] {}: tensor '{}': expected data within {} bytes but it ends at {} "
                  "(truncated?)",
                  path_.string(), printable(name), size, entry.end);
    entries_.emplace(name, TensorFacts{entry.dtype, entry.shape});
  }
}

torch::Tensor TensorFlowFile::tensor(const std::string& name) const {
  facts(name);
  const BundleEntry& entry = index_.tensors.at(name);
  const auto& shard = shards_[static_cast<std::size_t>(entry.shard)];
  const std::string_view bytes = shard->view().substr(entry.begin, entry.end - entry.begin);
  base::require(base::mask_crc32c(base::crc32c(bytes)) == entry.masked_checksum,
                "[format] {}: tensor '{}': expected another checksum of the data (damaged?)",
                path_.string(), printable(name));
  return tensor_over(shard, entry.begin, entry.dtype, entry.shape);
}

void TensorFlowFile::drop_pages() const {
  for (const auto& shard : shards_) shard->drop_pages();
}

std::vector<std::string> TensorFlowFile::notes() const {
  if (index_.others.empty()) return {};
  return {fmt::format("{} entries hold no numbers, '{}' the first", index_.others.size(),
                      printable(index_.others.front()))};
}

void write_tensorflow(const std::filesystem::path& prefix, const Shards& shards,
                      const OnBytes& on_bytes) {
  TensorFlowIndex index;
  index.shards = static_cast<std::int64_t>(shards.size());
  for (std::int64_t shard = 0; shard < index.shards; ++shard) {
    const std::string path = shard_name(prefix.string(), shard, index.shards);
    base::write_file_atomically(path, [&](const base::Append& append) {
      std::size_t begin = 0;
      for (const OutputTensor& output : shards[static_cast<std::size_t>(shard)]) {
        const torch::Tensor tensor = materialize(output);
        const std::string_view bytes(static_cast<const char*>(tensor.const_data_ptr()),
                                     tensor.nbytes());
        append_elements(append, tensor);
        index.tensors[output.name] = {
            output.dtype, output.shape,         shard,
            begin,        begin + bytes.size(), base::mask_crc32c(base::crc32c(bytes))};
        begin += bytes.size();
        on_bytes(bytes.size());
      }
    });
  }
  base::write_file_atomically(prefix.string() + ".index", format_tensorflow_index(index));
}

}  // namespace roformer::format
