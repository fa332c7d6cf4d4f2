#include "roformer/text/decode.h"

#include <utility>

namespace roformer::text {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t place; (place = text.find(from, done)) != std::string::npos;
       done = place + from.size()) {
    result.append(text, done, place - done).append(to);
  }
  if (done == 0) return;
  text = result.append(text, done);
}

bool is_closing_punctuation(char c) {
  return c == '.' || c == '?' || c == '!' || c == ',';
}

}  // namespace

void append_token(std::string_view token, std::string_view continuing_prefix, CleanUp clean_up,
                  std::string& text) {
  if (!text.empty() && token.starts_with(continuing_prefix)) {
    text.append(token.substr(continuing_prefix.size()));
    return;
  }
  const bool joins =
      clean_up != CleanUp::none && !token.empty() && is_closing_punctuation(token[0]);
  if (!text.empty() && !joins) text.push_back(' ');
  text.append(token);
}

std::string clean_up_spaces(std::string text) {
  // In Hugging Face's order: an earlier replacement can make a later one possible.
  constexpr std::pair<std::string_view, std::string_view> replacements[] = {
      {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
      {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : replacements) replace_all(text, from, to);
  return text;
}

}  // namespace roformer::text
