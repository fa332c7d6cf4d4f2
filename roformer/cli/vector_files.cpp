#include "roformer/cli/vector_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/remove_on_signal.h"
#include "roformer/format/safetensors.h"

namespace roformer::cli {
namespace {

namespace fs = std::filesystem;

// NumPy's format 1.0: magic, version, the header's length in two bytes, the header as a Python
// dictionary, filled up with spaces. As long whatever the number of rows, which is known last.
std::string npy_header(std::int64_t rows, std::int64_t width) {
  constexpr std::size_t size = 128, before = 10;
  std::string text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, width);
  text.resize(size - before - 1, ' ');
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size - before) + '\0' + text +
         '\n';
}

class NpyFile final : public VectorFile {
 public:
  explicit NpyFile(fs::path path)
      : path_(std::move(path)),
        partial_(path_.string() + ".partial"),
        file_(partial_, std::ios::binary) {
    require("make");
    removal_.emplace(partial_);
    file_ << npy_header(0, 0);
  }
  ~NpyFile() override {
    std::error_code ignored;
    if (!finished_) fs::remove(partial_, ignored);
  }

  void add(const torch::Tensor& rows) override {
    const torch::Tensor contiguous = rows.contiguous();
    rows_ += rows.size(0);
    width_ = rows.size(1);
    file_.write(reinterpret_cast<const char*>(contiguous.const_data_ptr<float>()),
                static_cast<std::streamsize>(contiguous.numel() * sizeof(float)));
    require("write");
  }
  void finish() override {
    file_.seekp(0);
    file_ << npy_header(rows_, width_);
    file_.close();
    require("write");
    fs::rename(partial_, path_);
    removal_.reset();
    finished_ = true;
  }

 private:
  void require(const char* what) const {
    base::require(file_.good(), "[cli] {}: cannot {} the file: {}", path_.string(), what,
                  std::strerror(errno));
  }

  fs::path path_, partial_;
  std::optional<base::RemoveOnSignal> removal_;
  std::ofstream file_;
  std::int64_t rows_ = 0, width_ = 0;
  bool finished_ = false;
};

class SafetensorsFile final : public VectorFile {
 public:
  explicit SafetensorsFile(fs::path path) : path_(std::move(path)) {}

  void add(const torch::Tensor& rows) override { rows_.push_back(rows.clone()); }
  void finish() override {
    const torch::Tensor all = rows_.empty() ? torch::zeros({0, 0}) : torch::cat(rows_);
    format::save_tensors(path_, {{"embeddings", all}});
  }

 private:
  fs::path path_;
  std::vector<torch::Tensor> rows_;
};

}  // namespace

std::unique_ptr<VectorFile> make_vector_file(const fs::path& path) {
  base::require(path.extension() == ".npy" || path.extension() == ".safetensors",
                "[cli] expected a file name that ends in .npy or .safetensors but got {}",
                path.string());
  if (path.extension() == ".npy") return std::make_unique<NpyFile>(path);
  return std::make_unique<SafetensorsFile>(path);
}

}  // namespace roformer::cli
