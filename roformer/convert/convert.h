// From one format and spelling of a checkpoint to another.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roformer/format/tensor_bytes.h"
#include "roformer/format/tensor_format.h"
#include "roformer/format/tensor_source.h"

namespace roformer::convert {

/// What stands in front of the encoder's names. `model`: "roformer." or "bert." as config.json
/// says, where the file has any of these, so that transformers finds the weights; "bert/" in
/// TensorFlow's format, as bert4keras names every model's.
enum class NamePrefix { model, keep, none, roformer, bert };

/// How LayerNorm's weight and bias are called. TensorFlow's format always has its own names.
enum class NameSpelling { huggingface, gamma_beta };

struct ConvertOptions {
  const format::TensorFormat* format = format::tensor_formats().front();
  // Of floating-point tensors; none: as they are. i8: weights of products and tables of words as
  // int8 (checkpoint/int8_tensors.h), the others float32.
  std::optional<format::Dtype> dtype = {};
  bool to_int8() const { return dtype == format::Dtype::i8; }
  std::size_t max_shard_size = 5'000'000'000;
  NamePrefix prefix = NamePrefix::model;
  NameSpelling spelling = NameSpelling::huggingface;
  bool embed_positions = false;  // adds RoFormer's table
  bool force = false;            // replaces the checkpoint that is there
};

struct ConvertReport {
  std::size_t tensors = 0;
  std::size_t bytes = 0;
  std::vector<std::string> files;     // written, by name
  std::vector<std::string> left_out;  // tensors of the file that are not in the new one
  std::vector<std::string> notes;     // sentences
};

/// Reads `from` (a folder, a file or the prefix of a TensorFlow checkpoint) and writes the folder
/// `to`: weights, config.json and the tokenizer's files. `on_bytes(done, total)` tells the
/// progress. Every tensor of the file is written, but for an optimizer's. Throws Error, before
/// anything is written, for what it cannot read, and for a checkpoint at `to` without `force`.
ConvertReport convert(const std::filesystem::path& from, const std::filesystem::path& to,
                      const ConvertOptions& options,
                      const std::function<void(std::size_t, std::size_t)>& on_bytes);

/// RoFormer's table of sines and cosines, encoder.embed_positions.weight: computed, never learned.
/// Some programs expect it in the file (hf: modeling_roformer.py,
/// RoFormerSinusoidalPositionalEmbedding). (positions, head_size) float32: row p holds
/// sin(p / 10000^(2i / head_size)) for each i, then the cosines. Computed in double precision.
torch::Tensor embed_positions_table(std::int64_t positions, std::int64_t head_size);

}  // namespace roformer::convert
