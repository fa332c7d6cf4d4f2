// Our parameters' names and those of Hugging Face's RoFormer and BERT files. Ours are theirs but
// for fused tensors: …attention.self.qkv is their query, key and value below each other,
// …crossattention.self.kv their key and value.
#pragma once
#include <torch/nn/module.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/checkpoint/name_map.h"
#include "roformer/format/tensor_source.h"

namespace roformer::checkpoint {

/// The weight of a language model's output layer, where it is not tied.
inline constexpr const char* decoder_weight_name = "cls.predictions.decoder.weight";
/// Its bias.
inline constexpr const char* decoder_bias_name = "cls.predictions.decoder.bias";
/// The name under which transformers keeps that too.
inline constexpr const char* head_bias_name = "cls.predictions.bias";

/// The tensors whose rows, below each other, are our parameter: query, key and value for qkv, key
/// and value for kv, else the name itself.
std::vector<std::string> split_names(const std::string& parameter);

/// The name behind "roformer." or "bert." if it is one of the encoder's (embeddings, blocks,
/// pooler); none for heads.
std::optional<std::string> name_in_encoder(std::string_view name);

/// Whether a file that lacks this parameter is still usable: heads and poolers start afresh.
bool may_be_missing(std::string_view parameter);

/// The shapes of a file's tensors that may be missing, by our modules' names; the pooler's without
/// what stands in front of it.
std::map<std::string, std::vector<std::int64_t>> shapes_of_heads(const format::TensorSource& file);

/// What stands in front of the encoder's names in a file: "", "roformer." or "bert."; none if there
/// are no word embeddings under any of these.
std::optional<std::string> find_encoder_prefix(const format::TensorSource& file);

/// The names of an encoder's weights, with any head, in a file with any prefix.
class EncoderNames : public NameMap {
 public:
  /// Throws Error naming the file if there are no word embeddings in it.
  EncoderNames(const torch::nn::Module& module, const format::TensorSource& file);

  std::vector<WeightPart> parts_of(const std::string& parameter) const override;
  bool may_be_missing(const std::string& parameter) const override;
  /// The sinusoid table of RoFormer, BERT's buffer of positions.
  bool carries_nothing(const std::string& name) const override;

 private:
  std::string prefix_;
  bool has_decoder_;
};

}  // namespace roformer::checkpoint
