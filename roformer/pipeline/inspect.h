// What a checkpoint folder holds, and how it meets the module that its class names.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "roformer/checkpoint/load.h"

namespace roformer::pipeline {

struct Inspection {
  checkpoint::CheckpointConfig config;
  std::map<std::string, format::TensorFacts> tensors;  // of the file, by Hugging Face's names
  checkpoint::LoadReport report;
  std::int64_t parameters = 0;          // of the module, tied ones once
  std::int64_t encoder_parameters = 0;  // of these, the encoder's
  std::string made_by;                  // file_description.h explains these
  std::string format;
  std::string element_types;
  std::size_t files = 1;  // that hold the weights
  std::size_t bytes = 0;  // of the tensors
  std::vector<std::string> heads;
  std::vector<std::string> oddities;
};

/// Loads the folder with the head that it holds (checkpoint/head_of.h). Throws Error as load_model does.
Inspection inspect(const std::filesystem::path& folder);

}  // namespace roformer::pipeline
