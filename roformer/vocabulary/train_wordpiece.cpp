#include "roformer/vocabulary/train_wordpiece.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "roformer/base/error.h"
#include "roformer/base/progress.h"
#include "roformer/unicode/utf8.h"
#include "roformer/vocabulary/pair_merger.h"
#include "roformer/vocabulary/word_counter.h"

namespace roformer::vocabulary {
namespace {

constexpr std::string_view kContinuing = "##";
// A longer word is [UNK] whatever the vocabulary.
constexpr std::int32_t kLongestWord = 100;

std::vector<WordCounter::Count> count_words(const std::function<bool(std::string&)>& next_chunk,
                                            const WordPieceTrainerOptions& options) {
  WordCounter counter(options.normalizer);
  std::optional<base::Progress> progress;
  if (options.expected_bytes > 0)
    progress.emplace("counting words", "bytes", options.expected_bytes);
  std::int64_t bytes = 0;
  for (std::string chunk; next_chunk(chunk);) {
    counter.add(chunk);
    bytes += static_cast<std::int64_t>(chunk.size());
    if (progress) progress->update(bytes);
  }
  return counter.sorted();
}

struct Letter {
  char32_t code;
  std::int64_t count = 0;
  bool continues = false;  // occurs within words, so it needs a ## token too
};

// The most frequent characters that fit into `room` tokens, in code point order.
std::vector<Letter> choose_alphabet(const std::vector<WordCounter::Count>& words,
                                    std::int64_t limit, std::int64_t room) {
  std::map<char32_t, Letter> letters;
  for (const auto& [word, count] : words) {
    bool continues = false;
    for (const char32_t code : unicode::to_code_points(word)) {
      Letter& letter = letters.try_emplace(code, Letter{code}).first->second;
      letter.count += count;
      letter.continues |= continues;
      continues = true;
    }
  }
  std::vector<Letter> sorted;
  for (const auto& [code, letter] : letters) sorted.push_back(letter);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Letter& a, const Letter& b) { return a.count > b.count; });
  std::vector<Letter> alphabet;
  for (const Letter& letter : sorted) {
    room -= letter.continues ? 2 : 1;
    if (room < 0 || static_cast<std::int64_t>(alphabet.size()) >= limit) break;
    alphabet.push_back(letter);
  }
  std::sort(alphabet.begin(), alphabet.end(),
            [](const Letter& a, const Letter& b) { return a.code < b.code; });
  return alphabet;
}

/// The vocabulary as it grows.
class TokenList {
 public:
  /// The token's id, a new one if it is not there yet.
  std::int32_t add(const std::string& token) {
    const auto [place, fresh] = ids_.try_emplace(token, static_cast<std::int32_t>(tokens_.size()));
    if (fresh) tokens_.push_back(token);
    return place->second;
  }
  const std::string& operator[](std::int32_t id) const {
    return tokens_[static_cast<std::size_t>(id)];
  }
  std::int32_t size() const { return static_cast<std::int32_t>(tokens_.size()); }
  std::vector<std::string> take() { return std::move(tokens_); }

 private:
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t> ids_;
};

std::string character_token(char32_t code, bool continues) {
  std::string token(continues ? kContinuing : "");
  unicode::append_utf8(code, token);
  return token;
}

void add_alphabet(const std::vector<Letter>& alphabet, TokenList& tokens) {
  for (const Letter& letter : alphabet) tokens.add(character_token(letter.code, false));
  for (const Letter& letter : alphabet) {
    if (letter.continues) tokens.add(character_token(letter.code, true));
  }
}

// Words in pieces of one character. A word with a character outside the alphabet is [UNK] as a
// whole, so it has no say in the merges.
std::vector<PairMerger::Word> cut_words(const std::vector<WordCounter::Count>& words,
                                        const std::vector<Letter>& alphabet, TokenList& tokens) {
  std::unordered_set<char32_t> known_codes;
  for (const Letter& letter : alphabet) known_codes.insert(letter.code);
  std::vector<PairMerger::Word> result;
  for (const auto& [word, count] : words) {
    const std::u32string codes = unicode::to_code_points(word);
    const bool known = std::all_of(codes.begin(), codes.end(),
                                   [&](char32_t code) { return known_codes.contains(code); });
    if (!known || codes.size() < 2 || codes.size() > kLongestWord) continue;
    PairMerger::Word pieces{{}, count};
    for (const char32_t code : codes)
      pieces.pieces.push_back(tokens.add(character_token(code, !pieces.pieces.empty())));
    result.push_back(std::move(pieces));
  }
  return result;
}

void merge_pairs(PairMerger merger, const WordPieceTrainerOptions& options, TokenList& tokens) {
  std::optional<base::Progress> progress;
  if (options.expected_bytes > 0)
    progress.emplace("merging pieces", "pieces", options.vocabulary_size, tokens.size());
  while (tokens.size() < options.vocabulary_size) {
    const auto pair = merger.most_frequent(std::max<std::int64_t>(options.min_frequency, 1));
    if (!pair) break;
    const std::string merged = tokens[pair->left] + tokens[pair->right].substr(kContinuing.size());
    merger.merge(*pair, tokens.add(merged));
    if (progress) progress->update(tokens.size());
  }
  if (progress) progress->finish();
}

}  // namespace

text::Vocabulary train_wordpiece(const std::function<bool(std::string&)>& next_chunk,
                                 const WordPieceTrainerOptions& options) {
  TokenList tokens;
  for (const std::string& token : options.special_tokens) tokens.add(token);
  base::require(
      tokens.size() < options.vocabulary_size,
      "[text] expected room for more than the {} special tokens but vocabulary_size is {}",
      tokens.size(), options.vocabulary_size);
  const std::vector<WordCounter::Count> words = count_words(next_chunk, options);
  base::require(!words.empty(),
                "[text] expected words to train a vocabulary from but the text has none");
  const auto alphabet =
      choose_alphabet(words, options.alphabet_limit, options.vocabulary_size - tokens.size());
  add_alphabet(alphabet, tokens);
  merge_pairs(PairMerger(cut_words(words, alphabet, tokens)), options, tokens);
  return text::Vocabulary(tokens.take(), "the trained vocabulary");
}

}  // namespace roformer::vocabulary
