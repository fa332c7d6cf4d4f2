// JSON that commands print: one line each without its end, made by the JSON library.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace roformer::cli {

/// The answer to line `number` of the input, from 1: one line, a space behind each comma and colon.
/// Bytes that are not UTF-8 become U+FFFD. Throws Error that names the line for a number that JSON
/// has no word for.
std::string json_answer(const nlohmann::ordered_json& answer, std::int64_t number);

/// The same without spaces; `name` says what it is in the message of an Error.
std::string json_report(const nlohmann::ordered_json& report, const std::string& name);

/// The double that is written with the digits of `number`: 0.1f as 0.1, not 0.10000000149011612.
double shortest_decimal(float number);

/// The double nearest to `number` among those of so many significant decimal digits.
double rounded(double number, int digits);

}  // namespace roformer::cli
