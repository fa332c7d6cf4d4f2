#include "roformer/position/encoding_settings.h"

namespace roformer::position {

std::vector<std::string> encoding_names() {
  std::vector<std::string> names;
  const EncodingSettings settings;
  for_each_encoding(settings, [&](const auto& encoding) { names.push_back(encoding.name); });
  return names;
}

void require_encoding(const std::string& name) {
  const base::Option option{
      "position_encoding", "where positions enter the model", {}, encoding_names()};
  base::require(
      name != "rope" && name != "roformer",
      "[position] expected the name of a position encoding but got \"{}\": RoPE is \"rotary\"",
      name);
  base::require_allowed("[position]", option, name);
}

std::vector<std::string> readers_of(std::string_view key) {
  std::vector<std::string> names;
  const EncodingSettings settings;
  for_each_option_of_all(settings,
                         [&](std::string_view encoding, const base::Option& option, const auto&) {
                           if (key == option.key) names.emplace_back(encoding);
                         });
  return names;
}

std::optional<std::int64_t> longest_sequence(const EncodingSettings& settings,
                                             std::int64_t max_positions) {
  std::optional<std::int64_t> longest;
  with_encoding(settings,
                [&](const auto& encoding) { longest = encoding.longest_sequence(max_positions); });
  return longest;
}

bool acts_on_single_scores(const EncodingSettings& settings) {
  bool acts = false;
  with_encoding(settings, [&](const auto& encoding) { acts = encoding.acts_on_single_scores(); });
  return acts;
}

void validate(const EncodingSettings& settings) {
  require_encoding(settings.name);
  for_each_encoding(settings, [](const auto& encoding) {
    encoding.for_each_option(encoding, [](const base::Option& option, const auto& value) {
      base::require_allowed("[position]", option, value);
    });
    encoding.validate();
  });
}

void validate_for(const EncodingSettings& settings, std::int64_t head_size, std::int64_t features) {
  with_encoding(settings,
                [&](const auto& encoding) { encoding.validate_for(head_size, features); });
}

}  // namespace roformer::position
