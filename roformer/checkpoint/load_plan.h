// How a file's tensors become a module's weights: all names and shapes are compared first, and only
// then is memory taken and data read.
#pragma once
#include <torch/nn/module.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "roformer/checkpoint/name_map.h"
#include "roformer/format/tensor_source.h"
#include "roformer/product/narrow_weight.h"

namespace roformer::checkpoint {

/// What did not meet its counterpart.
struct LoadReport {
  std::vector<std::string> missing;  // weights that the file lacks, in Hugging Face's names
  std::vector<std::string> unused;   // tensors of the file that the module has no place for
};

class LoadPlan {
 public:
  /// For all parameters and buffers of `module`, whose weights may be blank. Refers to `file`.
  /// Throws Error for shapes or types that do not fit (naming tensor, expected, found; and the
  /// others' names) and for a weight that is missing and must not be.
  LoadPlan(const torch::nn::Module& module, const format::TensorSource& file, const NameMap& names);

  const LoadReport& report() const { return report_; }

  /// Copies the tensors in pieces, converted to the weights' type; blank ones get memory. Where the
  /// file has int8, blank weights of linear layers and tables of words become so too. Weights
  /// are copies, not views of the mapped file: a file that another program cuts or writes over must
  /// neither kill nor change a model in use.
  void run() const;

 private:
  // Weights that become int8 themselves, and who has each.
  struct Int8 {
    std::vector<std::string> names;  // rows below each other
    std::vector<std::function<void(const product::Int8Values&)>> takers;
  };
  struct Copy {
    std::string name;
    torch::Tensor weight;
    std::int64_t first_row = 0, rows = 0;  // of the weight
  };
  void add(const std::string& parameter, const torch::Tensor& weight, const NameMap& names);
  const std::string* find(const WeightPart& part) const;
  void add_int8(const torch::nn::Module& module);
  void require_fit() const;
  void list_unused(const NameMap& names);

  const format::TensorSource* file_;
  std::vector<Copy> copies_;
  std::vector<Int8> int8_;
  std::vector<std::string> misfits_;  // the first with what was expected, then names
  std::vector<std::string> met_;      // tensors with a place, and other names of the same
  LoadReport report_;
};

}  // namespace roformer::checkpoint
