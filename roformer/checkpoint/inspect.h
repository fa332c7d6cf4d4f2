// What a checkpoint folder holds, and how it meets the module that its class names.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "roformer/checkpoint/load.h"

namespace roformer::checkpoint {

struct Inspection {
  CheckpointConfig config;
  std::map<std::string, TensorFacts> tensors;  // of the file, by name
  LoadReport report;
  std::int64_t parameters = 0;          // of the module, tied ones once
  std::int64_t encoder_parameters = 0;  // of these, the encoder's
};

/// Loads the folder as the class that config.json names. Throws Error as load_model does.
Inspection inspect(const std::filesystem::path& folder);

}  // namespace roformer::checkpoint
