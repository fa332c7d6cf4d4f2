#include "roformer/text/added_tokens.h"

#include <algorithm>
#include <optional>

#include "roformer/base/error.h"

namespace roformer::text {
namespace {

// Special tokens that are named and nothing else: words of the vocabulary, else behind it.
void add_extra_tokens(TokenizerConfig& config, const Vocabulary& vocabulary) {
  std::int32_t next = vocabulary.size();
  for (const AddedToken& token : config.added_tokens) next = std::max(next, token.id + 1);
  for (const std::string& content : config.extra_special_tokens) {
    const bool known =
        std::any_of(config.added_tokens.begin(), config.added_tokens.end(),
                    [&](const AddedToken& token) { return token.content == content; });
    if (known) continue;
    const auto id = vocabulary.find(content);
    config.added_tokens.push_back({.content = content, .id = id ? *id : next++});
  }
}

// Tokens that were added after the vocabulary's training stand behind it, or in its gaps.
void append_added_tokens(std::vector<AddedToken>& added, Vocabulary& vocabulary,
                         const std::string& name) {
  std::stable_sort(added.begin(), added.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  std::vector<std::optional<std::string>> tokens;
  for (std::int32_t id = 0; id < vocabulary.size(); ++id)
    tokens.emplace_back(vocabulary.holds(id) ? std::optional(vocabulary.token(id)) : std::nullopt);
  bool changed = false;
  for (AddedToken& token : added) {
    if (token.id < 0 || vocabulary.find(token.content)) continue;
    const auto place = static_cast<std::size_t>(token.id);
    const bool gap = place < tokens.size() && !tokens[place];
    base::require(gap || place == tokens.size(),
                  "[text] {}: expected the added token '{}' to have the id {} but got {}", name,
                  token.content, tokens.size(), token.id);
    if (!gap) tokens.emplace_back();
    tokens[place] = token.content;
    token.appended = changed = true;
  }
  if (changed) vocabulary = Vocabulary::with_gaps(std::move(tokens), name);
}

}  // namespace

void complete_added_tokens(TokenizerConfig& config, Vocabulary& vocabulary,
                           const std::string& name) {
  add_extra_tokens(config, vocabulary);
  const bool any_missing = std::any_of(
      config.added_tokens.begin(), config.added_tokens.end(),
      [&](const AddedToken& token) { return token.id >= 0 && !vocabulary.find(token.content); });
  if (any_missing) append_added_tokens(config.added_tokens, vocabulary, name);
}

}  // namespace roformer::text
