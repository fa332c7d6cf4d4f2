// The names of an encoder-decoder's weights in Hugging Face's Marian files, for ours.
#pragma once
#include <string>
#include <vector>

#include "roformer/checkpoint/name_map.h"

namespace roformer::checkpoint {

/// The tensors whose rows, below each other, are our parameter of model::EncoderDecoder: query, key
/// and value for qkv, key and value for kv, else one.
std::vector<std::string> marian_names(const std::string& parameter);

/// The same in files: the table of words has four names there.
class MarianNames : public NameMap {
 public:
  std::vector<WeightPart> parts_of(const std::string& parameter) const override;
  /// Marian's bias of the logits.
  bool may_be_missing(const std::string& parameter) const override;
  /// Tables of sinusoids.
  bool carries_nothing(const std::string& name) const override;
};

}  // namespace roformer::checkpoint
