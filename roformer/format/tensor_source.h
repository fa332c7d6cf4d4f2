// Named tensors in files of any format, behind one interface.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// What a file says of a tensor without its data.
struct TensorFacts {
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
};

struct TensorFormat;

class TensorSource {
 public:
  virtual ~TensorSource() = default;

  /// The file, or the index file of several; for messages.
  virtual const std::filesystem::path& path() const = 0;
  virtual const TensorFormat& format() const = 0;
  /// The tensors by name.
  virtual const std::map<std::string, TensorFacts>& entries() const = 0;
  /// The tensor on the CPU: a view of the file, never to be written to, or a copy. Throws Error if
  /// there is no such tensor.
  virtual torch::Tensor tensor(const std::string& name) const = 0;
  /// What a reader should know, each a sentence: where in the file the tensors were, what else it
  /// holds.
  virtual std::vector<std::string> notes() const { return {}; }
  /// Gives the memory of what was read back; tensors that are views of the file stay valid.
  virtual void drop_pages() const = 0;
  /// Files that hold the tensors.
  virtual std::size_t file_count() const { return 1; }

  bool has(const std::string& name) const { return entries().contains(name); }

 protected:
  /// Throws the Error of tensor().
  const TensorFacts& facts(const std::string& name) const;
};

/// Opens a single file, or the index or prefix of several, of the first format that recognises it
/// (tensor_format.h). Throws Error naming the file.
std::shared_ptr<const TensorSource> open_tensor_file(const std::filesystem::path& path);

/// Opens the weights of a folder, those of the first format that finds some: safetensors, PyTorch's
/// pytorch_model.bin, the only *.index of TensorFlow (of several, the one that the file
/// `checkpoint` names). Throws Error naming the folder and what it holds instead.
std::shared_ptr<const TensorSource> open_tensor_folder(const std::filesystem::path& folder);

/// The only folder in a folder that has config.json or weights, which is what was meant where the
/// folder itself has none; empty if there is no such, or several.
std::filesystem::path checkpoint_below(const std::filesystem::path& folder);

/// Either of the two, whichever `path` is.
std::shared_ptr<const TensorSource> open_tensors(const std::filesystem::path& path);

/// Whether a path is that of a file of weights, of an index or of a prefix, and no folder's; what
/// is in it may still be damaged.
bool is_tensor_file(const std::filesystem::path& path);

/// Copies the file's tensor `name` into `target` of the same shape and any type.
void copy_tensor(const torch::Tensor& target, const TensorSource& file, const std::string& name);

/// Whether all its numbers are finite; those of whole numbers are.
bool is_finite(const TensorSource& file, const std::string& name);

}  // namespace roformer::format
