// What is said of an option in the one list that its readers, its writers and its documentation
// share, and the checks that follow from it.
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace roformer::base {

/// The numbers that an option may have.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool without_least = false;  // larger than `least`
  bool without_most = false;   // smaller than `most`

  bool contains(double value) const;  // not for NaN
  /// ">= 1", "> 0", "in 0 .. 10", "in [0, 1)"
  std::string in_words() const;
};

/// Numbers ≥ `least`.
constexpr Range at_least(double least) {
  return {.least = least};
}
/// Numbers > `bound`.
constexpr Range above(double bound) {
  return {.least = bound, .without_least = true};
}
/// Numbers from `least` to `most`.
constexpr Range between(double least, double most) {
  return {.least = least, .most = most};
}
/// Probabilities below 1, as dropout has them: [0, 1).
constexpr Range dropout_range() {
  return {.least = 0, .most = 1, .without_most = true};
}

/// An option's entry; type and default are its member's.
struct Option {
  const char* key;    // in recipes and config.json
  const char* about;  // one line: unit, what 0 means, source
  Range range = {};
  std::vector<std::string> one_of = {};  // of text; empty: any
  // Where it has an effect, "expected it only …", if that is not here: it is neither read nor
  // written then. Null: it has.
  const char* only = nullptr;
};

/// Throws Error "place expected key … but got …" unless the option may have the number.
void require_number(std::string_view place, const Option& option, double value);
/// The same for text.
void require_text(std::string_view place, const Option& option, const std::string& value);

/// The same for any value; `place` is "[room]" or longer. Lists are not looked into.
template <typename Value>
void require_allowed(std::string_view place, const Option& option, const Value& value) {
  if constexpr (std::is_same_v<Value, std::string>) {
    require_text(place, option, value);
  } else if constexpr (std::is_same_v<Value, std::optional<double>>) {
    if (value) require_number(place, option, *value);
  } else if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) {
    require_number(place, option, static_cast<double>(value));
  }
}

}  // namespace roformer::base
