#include "roformer/checkpoint/encoding_keys.h"

#include <string_view>

#include "roformer/base/error.h"

namespace roformer::checkpoint {

void read_encoding_keys(const ConfigReader& reader, position::EncodingSettings& settings) {
  reader.read("position_encoding", settings.name);
  base::at_place(reader.place(), [&] { position::require_encoding(settings.name); });
  position::for_each_option(
      settings, [&](const base::Option& option, auto& value) { reader.read(option.key, value); });
}

void write_encoding_keys(const position::EncodingSettings& settings,
                         const position::EncodingSettings& defaults, nlohmann::json& object) {
  constexpr std::string_view callers = "rotary_value";
  position::for_each_option_of_all(settings,
                                   [&](std::string_view, const base::Option& option, const auto&) {
                                     if (option.key != callers) object.erase(option.key);
                                   });
  nlohmann::json fallbacks = nlohmann::json::object();
  position::for_each_option_of_all(
      defaults, [&](std::string_view encoding, const base::Option& option, const auto& value) {
        if (encoding == settings.name) fallbacks[option.key] = value;
      });
  position::for_each_option(settings, [&](const base::Option& option, const auto& value) {
    if (option.key != callers && nlohmann::json(value) != fallbacks.at(option.key))
      object[option.key] = value;
  });
}

}  // namespace roformer::checkpoint
