#include "roformer/text/added_token_matcher.h"

#include <algorithm>
#include <cstring>

#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

bool ends_within_word(std::string_view text) {
  return !text.empty() && unicode::is_word_character(unicode::last_character(text).code);
}

bool begins_within_word(std::string_view text) {
  return !text.empty() && unicode::is_word_character(
                              unicode::decode_utf8(text.data(), text.data() + text.size()).code);
}

std::size_t white_space_after(std::string_view text) {
  const char* end = text.data() + text.size();
  const char* p = text.data();
  while (p < end) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    if (!unicode::is_white_space(c.code)) break;
    p += c.size;
  }
  return static_cast<std::size_t>(p - text.data());
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  std::stable_sort(tokens_.begin(), tokens_.end(), [](const AddedToken& a, const AddedToken& b) {
    return a.content.size() > b.content.size();
  });
  for (const AddedToken& token : tokens_)
    begins_[static_cast<unsigned char>(token.content[0])] = true;
  if (std::count(begins_.begin(), begins_.end(), true) == 1) only_begin_ = tokens_[0].content[0];
}

std::size_t AddedTokenMatcher::next_candidate(std::string_view text, std::size_t from) const {
  if (from >= text.size()) return text.size();
  if (only_begin_ != 0) {
    const void* place = std::memchr(text.data() + from, only_begin_, text.size() - from);
    return place == nullptr
               ? text.size()
               : static_cast<std::size_t>(static_cast<const char*>(place) - text.data());
  }
  while (from < text.size() && !begins_[static_cast<unsigned char>(text[from])]) ++from;
  return from;
}

const AddedToken* AddedTokenMatcher::longest_at(std::string_view text, std::size_t place) const {
  const std::string_view rest = text.substr(place);
  for (const AddedToken& token : tokens_) {
    if (rest.starts_with(token.content)) return &token;
  }
  return nullptr;
}

std::optional<AddedTokenMatcher::Match> AddedTokenMatcher::find(std::string_view text,
                                                                std::size_t from) const {
  if (tokens_.empty()) return std::nullopt;
  for (std::size_t place = next_candidate(text, from); place < text.size();) {
    const AddedToken* token = longest_at(text, place);
    if (token == nullptr) {
      place = next_candidate(text, place + 1);
      continue;
    }
    const std::size_t end = place + token->content.size();
    if (token->single_word &&
        (ends_within_word(text.substr(0, place)) || begins_within_word(text.substr(end)))) {
      place = next_candidate(text, end);  // the search goes on behind what it found
      continue;
    }
    Match match{place, end, token->id};
    if (token->lstrip) match.begin -= unicode::white_space_at_end(text.substr(from, place - from));
    if (token->rstrip) match.end += white_space_after(text.substr(end));
    return match;
  }
  return std::nullopt;
}

}  // namespace roformer::text
