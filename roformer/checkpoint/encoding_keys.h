// The keys of position encodings in any config.json: position_encoding and the options of
// position/encoding_settings.h.
#pragma once
#include <nlohmann/json.hpp>

#include "roformer/checkpoint/config_reader.h"
#include "roformer/position/encoding_settings.h"

namespace roformer::checkpoint {

/// Reads the name, and of the options those that the encoding has.
void read_encoding_keys(const ConfigReader& reader, position::EncodingSettings& settings);

/// Writes the options of the encoding that differ from `defaults`, and erases the others. The name
/// is the caller's, and so is rotary_value, a key that RoFormer always has.
void write_encoding_keys(const position::EncodingSettings& settings,
                         const position::EncodingSettings& defaults, nlohmann::json& object);

}  // namespace roformer::checkpoint
