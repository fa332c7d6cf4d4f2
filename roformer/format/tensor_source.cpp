#include "roformer/format/tensor_source.h"

#include <ATen/Functions.h>
#include <algorithm>
#include <cctype>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hub_name.h"
#include "roformer/format/printable.h"
#include "roformer/format/sharded_files.h"
#include "roformer/format/tensor_format.h"

namespace roformer::format {
namespace {

namespace fs = std::filesystem;

// What is often downloaded in the place of weights.
void require_no_text(std::string_view content, const fs::path& path) {
  base::require(!content.starts_with("version https://git-lfs.github.com/"),
                "[format] {}: expected weights but got a pointer of git-lfs: fetch the file "
                "itself with git lfs pull",
                path.string());
  const std::size_t begin = std::min(content.find_first_not_of(" \t\r\n"), content.size());
  std::string start(content.substr(begin, 9));
  for (char& c : start) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  base::require(start != "<!doctype" && !start.starts_with("<html"),
                "[format] {}: expected weights but got an HTML page: download the file itself",
                path.string());
}

// work(piece, first_row) for some rows after the other, the whole where there are none: the file
// never has more than one piece in memory.
template <typename Work>
void for_each_piece(const TensorSource& file, const std::string& name, const Work& work) {
  constexpr std::int64_t piece_bytes = 16 << 20;
  const torch::Tensor tensor = file.tensor(name);
  if (tensor.dim() == 0 || tensor.size(0) == 0) return work(tensor, std::int64_t{0});
  const std::int64_t size = tensor.size(0);
  const std::int64_t row_bytes = static_cast<std::int64_t>(tensor.nbytes()) / size;
  const std::int64_t rows =
      std::max<std::int64_t>(1, piece_bytes / std::max<std::int64_t>(1, row_bytes));
  for (std::int64_t begin = 0; begin < size; begin += rows) {
    work(tensor.narrow(0, begin, std::min(rows, size - begin)), begin);
    if (rows < size) file.drop_pages();
  }
}

}  // namespace

const TensorFacts& TensorSource::facts(const std::string& name) const {
  const auto found = entries().find(name);
  base::require(found != entries().end(), "[format] {}: expected a tensor '{}' but there is none",
                path().string(), name);
  return found->second;
}

std::shared_ptr<const TensorSource> open_tensor_file(const fs::path& path) {
  base::require(!fs::exists(path) || fs::is_regular_file(path) || fs::is_directory(path),
                "[format] {}: expected a file of weights but got a pipe or a device",
                path.string());
  if (path.filename().string().ends_with(index_ending))
    return std::make_shared<ShardedSource>(path);
  const auto formats = tensor_formats();
  if (!fs::exists(path)) {
    for (const TensorFormat* format : formats) {
      if (format->recognises(path, {})) return format->open(path, nullptr);
    }
  }
  const auto file = std::make_shared<base::MappedFile>(path);
  require_no_text(file->view(), path);
  for (const TensorFormat* format : formats) {
    if (format->recognises(path, file->view())) return format->open(path, file);
  }
  return formats.front()->open(path, file);  // says what is wrong with it
}

std::shared_ptr<const TensorSource> open_tensor_folder(const fs::path& folder) {
  for (const TensorFormat* format : tensor_formats()) {
    const fs::path path = format->find(folder);
    if (!path.empty()) return open_tensor_file(path);
  }
  for (const char* other : {"tf_model.h5", "flax_model.msgpack"}) {
    base::require(!fs::exists(folder / other),
                  "[format] {}: expected model.safetensors, pytorch_model.bin or a TensorFlow "
                  "checkpoint but got {}; save it again with transformers' save_pretrained",
                  folder.string(), other);
  }
  const fs::path below = checkpoint_below(folder);
  base::fail(
      "[format] {}: expected model.safetensors, pytorch_model.bin or a TensorFlow checkpoint "
      "but there is none{}",
      folder.string(),
      below.empty() ? ""
                    : fmt::format("; give the folder {}, which holds a model", below.string()));
}

fs::path checkpoint_below(const fs::path& folder) {
  const auto formats = tensor_formats();
  const auto holds_one = [&](const fs::path& place) {
    return fs::is_regular_file(place / "config.json") ||
           std::any_of(formats.begin(), formats.end(),
                       [&](const TensorFormat* format) { return !format->find(place).empty(); });
  };
  fs::path found;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (!entry.is_directory(unreadable) || !holds_one(entry.path())) continue;
    if (!found.empty()) return {};
    found = entry.path();
  }
  return found;
}

std::shared_ptr<const TensorSource> open_tensors(const fs::path& path) {
  if (fs::is_directory(path)) return open_tensor_folder(path);
  // A prefix, as of a TensorFlow checkpoint, is no file itself.
  const auto formats = tensor_formats();
  base::require(fs::exists(path) || std::any_of(formats.begin(), formats.end(),
                                                [&](const TensorFormat* format) {
                                                  return format->recognises(path, {});
                                                }),
                "[format] {}: expected a checkpoint folder (config.json and weights) or a file "
                "of weights but there is none{}",
                path.string(), base::hub_hint(path));
  return open_tensor_file(path);
}

bool is_tensor_file(const fs::path& path) {
  if (fs::is_directory(path) || (fs::exists(path) && !fs::is_regular_file(path))) return false;
  if (path.filename().string().ends_with(index_ending)) return fs::exists(path);
  const auto formats = tensor_formats();
  const auto recognised = [&](std::string_view content) {
    return std::any_of(formats.begin(), formats.end(), [&](const TensorFormat* format) {
      return format->recognises(path, content);
    });
  };
  return recognised(fs::exists(path) ? base::MappedFile(path).view() : std::string_view());
}

void copy_tensor(const torch::Tensor& target, const TensorSource& file, const std::string& name) {
  const Dtype dtype = file.entries().at(name).dtype;
  base::require(is_computed(dtype),
                "[format] {}: tensor '{}': expected numbers to compute with but "
                "got the type {}",
                file.path().string(), printable(name), dtype_name(dtype));
  for_each_piece(file, name, [&](const torch::Tensor& piece, std::int64_t first_row) {
    if (piece.dim() == 0) {
      target.copy_(piece);
    } else {
      target.narrow(0, first_row, piece.size(0)).copy_(piece);
    }
  });
}

bool is_finite(const TensorSource& file, const std::string& name) {
  if (!is_computed(file.entries().at(name).dtype)) return true;  // nothing here reads them
  bool finite = true;
  for_each_piece(file, name, [&](const torch::Tensor& piece, std::int64_t) {
    finite = finite && torch::isfinite(piece).all().item<bool>();
  });
  return finite;
}

}  // namespace roformer::format
