// What a checkpoint's files hold, in words for a newcomer: who wrote them, which heads are there,
// what is unusual.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/checkpoint/config_file.h"
#include "roformer/checkpoint/weights.h"

namespace roformer::pipeline {

/// "transformers 5.23.0", "Google's BERT (TensorFlow)", …, as far as the files tell.
std::string made_by(const checkpoint::CheckpointConfig& config, const checkpoint::Weights& weights);

/// "roformer 0.1.0" or "transformers 5.23.0", as config.json says; empty if it does not.
std::string stated_writer(std::string_view config_text);

/// "float32", or "float16 and float32": the types of the weights, the most frequent first.
std::string element_types(const checkpoint::Weights& weights);

/// The heads whose weights are in the file, whatever class config.json names: "masked language
/// model", "pooler", "next sentence", "classifier of 3 labels", …
std::vector<std::string> heads_in(const checkpoint::CheckpointConfig& config,
                                  const checkpoint::Weights& weights);

/// The tensors that hold NaN or infinity. Reads all numbers.
std::vector<std::string> not_finite_in(const checkpoint::Weights& weights);

/// What that means, a sentence; none if there are none.
std::vector<std::string> describe_not_finite(const std::vector<std::string>& names);

/// What someone who uses the weights should know, each a sentence: an untied decoder, a table of
/// positions, old names, half precision, a pickle, a RoFormerV2, numbers that are none.
std::vector<std::string> oddities_of(const checkpoint::CheckpointConfig& config,
                                     const checkpoint::Weights& weights,
                                     const std::vector<std::string>& not_finite);

/// Those of them that are the files' own, whatever model they are of.
std::vector<std::string> oddities_of_files(const checkpoint::Weights& weights);

/// The sum of the tensors' bytes.
std::size_t bytes_of(const format::TensorSource& source);

}  // namespace roformer::pipeline
