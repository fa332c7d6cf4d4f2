// What a checkpoint folder holds, and how it meets the module of its class.
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
  std::vector<std::string> classes;  // that it may be; one unless nothing tells them apart
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
  std::vector<std::string> not_finite;  // tensors with NaN or infinity
  std::vector<std::string> oddities;
};

/// Compares the folder with the class that it holds (checkpoint/load.h), and reads all numbers of
/// the file. Throws Error as plan_model does.
Inspection inspect(const checkpoint::Folder& folder);

}  // namespace roformer::pipeline
