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

// What the WordPiece decoder does with each token, the space before it included.
std::string clean_up_token(std::string token) {
  constexpr std::pair<std::string_view, std::string_view> replacements[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : replacements) replace_all(token, from, to);
  return token;
}

}  // namespace

void append_token(std::string_view token, bool first, const TokenizerConfig& config,
                  CleanUp clean_up, std::string& text) {
  if (!config.decoder_joins) {
    if (!first) text.push_back(' ');
    text.append(token);
    return;
  }
  std::string piece(token);
  if (!first && token.starts_with(config.decoder_prefix)) {
    piece.erase(0, config.decoder_prefix.size());
  } else if (!first) {
    piece.insert(piece.begin(), ' ');
  }
  text.append(clean_up == CleanUp::none ? piece : clean_up_token(std::move(piece)));
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
