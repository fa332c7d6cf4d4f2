#include "roformer/base/json_text.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::base {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestMessage = 200;

// The library's message without its "[json.exception.parse_error.101] " in front, short, and in
// ASCII: it quotes the file, which may hold any bytes.
std::string plain_message(const Json::exception& error) {
  std::string message = error.what();
  const std::size_t end = message.find("] ");
  if (end != std::string::npos) message.erase(0, end + 2);
  if (message.size() > kLongestMessage) message = message.substr(0, kLongestMessage) + "...";
  std::replace_if(
      message.begin(), message.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return message;
}

}  // namespace

Json parse_json(std::string_view text, std::string_view name, int max_depth) {
  std::vector<std::unordered_set<std::string>> open_objects;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
        open_objects.emplace_back();
        [[fallthrough]];
      case Json::parse_event_t::array_start:
        require(depth < max_depth, "[base] {}: expected at most {} levels of JSON but got more",
                name, max_depth);
        break;
      case Json::parse_event_t::key:
        require(open_objects.back().insert(parsed.get<std::string>()).second,
                "[base] {}: expected each key once but got '{}' twice", name,
                parsed.get<std::string>());
        break;
      case Json::parse_event_t::object_end:
        open_objects.pop_back();
        break;
      default:
        break;
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    fail("[base] {}: expected JSON but got: {}", name, plain_message(error));
  }
}

}  // namespace roformer::base
