#include "roformer/vocabulary/word_counter.h"

#include <algorithm>

#include "roformer/text/normalizer.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::vocabulary {

void WordCounter::add(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    add_line(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

void WordCounter::count(std::string_view word) {
  const auto place = counts_.find(word);
  place != counts_.end() ? void(++place->second) : void(counts_.emplace(word, 1));
}

void WordCounter::end_word() {
  if (word_.empty()) return;
  if (line_size_ == line_words_.size()) line_words_.emplace_back();
  line_words_[line_size_++].swap(word_);
  word_.clear();
}

// False if the line needs normalize().
bool WordCounter::append(text::CharacterEntry entry, char32_t code) {
  switch (entry.kind) {
    case text::CharacterKind::same:
    case text::CharacterKind::word:
      unicode::append_utf8(entry.kind == text::CharacterKind::same ? code : entry.value, word_);
      return true;
    case text::CharacterKind::drop:
      return true;
    case text::CharacterKind::space:
      end_word();
      return true;
    case text::CharacterKind::alone:
      end_word();
      unicode::append_utf8(entry.value, word_);
      end_word();
      return true;
    case text::CharacterKind::sequence:
      for (const text::CharacterEntry& part : characters_.sequence(entry.value)) append(part, code);
      return true;
    case text::CharacterKind::reorder:
      return false;
  }
  return true;
}

void WordCounter::add_line(std::string_view line) {
  line_size_ = 0;
  word_.clear();
  const char* end = line.data() + line.size();
  bool exact = false;
  for (const char* p = line.data(); p < end && !exact;) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    exact = !append(characters_.entry(c.code), c.code);
    p += c.size;
  }
  if (exact) append_normalized(line);
  end_word();
  for (std::size_t i = 0; i < line_size_; ++i) count(line_words_[i]);
}

// The words of a whole line, exactly.
void WordCounter::append_normalized(std::string_view line) {
  line_size_ = 0;
  word_.clear();
  for (const text::NormalizedCharacter& c : text::normalize(line, options_)) {
    const bool space = unicode::is_white_space(c.code), alone = unicode::is_punctuation(c.code);
    if (space || alone) end_word();
    if (!space) unicode::append_utf8(c.code, word_);
    if (alone) end_word();
  }
}

std::vector<WordCounter::Count> WordCounter::sorted() const {
  std::vector<Count> words(counts_.begin(), counts_.end());
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace roformer::vocabulary
