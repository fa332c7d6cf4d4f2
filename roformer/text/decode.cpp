#include "roformer/text/wordpiece_tokenizer.h"

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

// The WordPiece decoder does it with each token, the space before it included. In Hugging Face's
// order: an earlier replacement can make a later one possible.
std::string without_spaces(std::string text, bool of_token) {
  constexpr std::pair<std::string_view, std::string_view> replacements[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : replacements) {
    if (of_token || from != " do not") replace_all(text, from, to);
  }
  return text;
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
  text.append(clean_up == CleanUp::none ? piece : without_spaces(std::move(piece), true));
}

std::string clean_up_spaces(std::string text) {
  return without_spaces(std::move(text), false);
}

}  // namespace roformer::text
