// A file's tensors under Hugging Face's names and in its layout, whatever the file calls them.
// Weights of int8 (int8_tensors.h) are one F32 tensor each, widened as it is read.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "roformer/format/tensor_source.h"
#include "roformer/product/narrow_weight.h"

namespace roformer::checkpoint {

class Weights : public format::TensorSource {
 public:
  /// Throws Error if two tensors of the file are the same weight.
  explicit Weights(std::shared_ptr<const format::TensorSource> source);

  const std::filesystem::path& path() const override { return source_->path(); }
  const format::TensorFormat& format() const override { return source_->format(); }
  const std::map<std::string, format::TensorFacts>& entries() const override { return entries_; }
  torch::Tensor tensor(const std::string& name) const override;
  void drop_pages() const override { source_->drop_pages(); }
  std::vector<std::string> notes() const override { return source_->notes(); }
  std::size_t file_count() const override { return source_->file_count(); }

  /// The file's own name of a weight.
  const std::string& name_in_file(const std::string& name) const;
  /// How many weights the file calls otherwise than Hugging Face.
  std::size_t renamed() const { return renamed_; }
  /// Whether a weight is stored as int8, and its integers.
  bool is_int8(const std::string& name) const { return int8_.contains(name); }
  product::Int8Values int8_values(const std::string& name) const;
  /// How many are.
  std::size_t int8_count() const { return int8_.size(); }
  /// Tensors of the file that are no weights: an optimizer's.
  const std::vector<std::string>& training_state() const { return training_state_; }

 private:
  struct Origin {
    std::string name;
    bool transposed = false;
  };
  std::shared_ptr<const format::TensorSource> source_;
  std::map<std::string, format::TensorFacts> entries_;
  std::map<std::string, Origin> origins_;
  std::set<std::string> int8_;
  std::vector<std::string> training_state_;
  std::size_t renamed_ = 0;
};

/// The weights of a folder or a file, as open_tensors finds them.
Weights open_weights(const std::filesystem::path& path);

}  // namespace roformer::checkpoint
