#include "roformer/checkpoint/encoding_keys.h"

#include <string_view>

namespace roformer::checkpoint {

void read_encoding_keys(const ConfigReader& reader, position::EncodingSettings& settings) {
  reader.read("position_encoding", settings.name);
  position::for_each_option(settings, [&](const char* readers, const char* key, auto& value) {
    if (position::reads_option(readers, settings.name)) reader.read(key, value);
  });
}

void write_encoding_keys(const position::EncodingSettings& settings,
                         const position::EncodingSettings& defaults, nlohmann::json& object) {
  nlohmann::json fallbacks = nlohmann::json::object();
  position::for_each_option(
      defaults, [&](const char*, const char* key, const auto& value) { fallbacks[key] = value; });
  position::for_each_option(settings, [&](const char* readers, const char* key, const auto& value) {
    if (std::string_view(key) == "rotary_value") return;
    const bool is_read = position::reads_option(readers, settings.name);
    object.erase(key);
    if (is_read && nlohmann::json(value) != fallbacks.at(key)) object[key] = value;
  });
}

}  // namespace roformer::checkpoint
