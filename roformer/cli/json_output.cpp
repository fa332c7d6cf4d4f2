#include "roformer/cli/json_output.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "roformer/base/error.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

// JSON's grammar has no word for infinities and NaN: the library would write null.
void require_numbers(const ordered_json& value, const std::string& where, std::string_view key) {
  if (value.is_object()) {
    for (const auto& item : value.items()) require_numbers(item.value(), where, item.key());
  } else if (value.is_array()) {
    for (const ordered_json& item : value) require_numbers(item, where, key);
  } else if (value.is_number_float()) {
    const auto number = value.get<double>();
    base::require(std::isfinite(number),
                  "[cli] {}: expected a number that JSON can write as {} but got {}", where, key,
                  std::isnan(number) ? "nan"
                  : number > 0       ? "inf"
                                     : "-inf");
  }
}

std::string text_of(const ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

template <typename Number, typename... Format>
double read_back(Number number, Format... format) {
  char text[64];
  const auto written = std::to_chars(text, text + sizeof text, number, format...);
  double result = 0;
  std::from_chars(text, written.ptr, result);
  return result;
}

}  // namespace

std::string json_answer(const ordered_json& answer, std::int64_t number) {
  require_numbers(answer, fmt::format("line {}", number), "the answer");
  // The library's form for people breaks the line where a space may stand, and within no string.
  std::string line;
  for (const char c : text_of(answer, 0)) {
    if (c != '\n') {
      line += c;
    } else if (line.back() == ',') {
      line += ' ';
    }
  }
  return line;
}

std::string json_report(const ordered_json& report, const std::string& name) {
  require_numbers(report, name, name);
  return text_of(report, -1);
}

double shortest_decimal(float number) {
  return read_back(number);
}

double rounded(double number, int digits) {
  return read_back(number, std::chars_format::general, digits);
}

}  // namespace roformer::cli
