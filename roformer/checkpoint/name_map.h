// Which tensors of a file are a module's weights: one map for each family of models.
#pragma once
#include <string>
#include <vector>

namespace roformer::checkpoint {

/// A tensor of a file that fills rows of a parameter.
struct WeightPart {
  std::string name;                  // Hugging Face's, as we write it
  std::vector<std::string> in_file;  // what it may be called in the file, the preferred first
};

/// A family's names.
class NameMap {
 public:
  virtual ~NameMap() = default;
  /// The tensors whose rows, below each other, are our parameter or buffer.
  virtual std::vector<WeightPart> parts_of(const std::string& parameter) const = 0;
  /// Whether a file that lacks this parameter is still usable.
  virtual bool may_be_missing(const std::string& parameter) const = 0;
  /// Whether a tensor of the file that fills no parameter says nothing: tables that are computed.
  virtual bool carries_nothing(const std::string& name) const = 0;
};

}  // namespace roformer::checkpoint
