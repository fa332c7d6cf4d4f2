#include "roformer/text/normalizer.h"

#include <algorithm>
#include <string>

#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using Word = std::span<const NormalizedCharacter>;

// A part of a word: one that separates, or what stands between such.
struct Part {
  std::size_t begin;
  std::size_t end;
  bool separates;
};

// Each character that the condition holds for separates by itself.
template <typename Condition>
std::vector<Part> parts_by_character(Word word, Condition separates) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool separator = separates(word[i].code);
    if (separator || parts.empty() || parts.back().separates) {
      parts.push_back({i, i + 1, separator});
    } else {
      parts.back().end = i + 1;
    }
  }
  return parts;
}

// Runs of one class of characters; class 0 separates.
template <typename ClassOf>
std::vector<Part> parts_by_class(Word word, ClassOf class_of) {
  std::vector<Part> parts;
  int last = -1;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const int current = class_of(word[i].code);
    if (current != last) parts.push_back({i, i, current == 0});
    parts.back().end = i + 1;
    last = current;
  }
  return parts;
}

bool stands_at(Word word, std::size_t place, const std::u32string& pattern) {
  if (pattern.size() > word.size() - place) return false;
  for (std::size_t k = 0; k < pattern.size(); ++k) {
    if (word[place + k].code != pattern[k]) return false;
  }
  return true;
}

std::vector<Part> parts_by_string(Word word, const std::u32string& pattern, bool invert) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < word.size();) {
    if (stands_at(word, i, pattern)) {
      parts.push_back({i, i + pattern.size(), true});
      i += pattern.size();
      continue;
    }
    if (parts.empty() || parts.back().separates) parts.push_back({i, i, false});
    parts.back().end = ++i;
  }
  if (invert) {
    for (Part& part : parts) part.separates = !part.separates;
  }
  return parts;
}

// Joins separators to the part walked over before, as the tokenizers library does: the second of
// two neighbouring separators stands by itself.
template <typename Iterator>
std::vector<Part> merge_separators(Iterator part, Iterator end) {
  std::vector<Part> merged;
  bool last_separates = false;
  for (; part != end; ++part) {
    if (part->separates && !last_separates && !merged.empty()) {
      merged.back().begin = std::min(merged.back().begin, part->begin);
      merged.back().end = std::max(merged.back().end, part->end);
    } else {
      merged.push_back(*part);
    }
    last_separates = part->separates;
  }
  return merged;
}

std::vector<Part> join_neighbours(const std::vector<Part>& parts) {
  std::vector<Part> joined;
  for (const Part& part : parts) {
    if (!joined.empty() && joined.back().separates == part.separates) {
      joined.back().end = part.end;
    } else {
      joined.push_back(part);
    }
  }
  return joined;
}

void add_words(Word word, std::vector<Part> parts, SplitBehavior behavior,
               std::vector<Word>& words) {
  switch (behavior) {
    case SplitBehavior::removed:
      std::erase_if(parts, [](const Part& part) { return part.separates; });
      break;
    case SplitBehavior::isolated:
      break;
    case SplitBehavior::merged_with_previous:
      parts = merge_separators(parts.begin(), parts.end());
      break;
    case SplitBehavior::merged_with_next:
      parts = merge_separators(parts.rbegin(), parts.rend());
      std::reverse(parts.begin(), parts.end());
      break;
    case SplitBehavior::contiguous:
      parts = join_neighbours(parts);
      break;
  }
  for (const Part& part : parts) words.push_back(word.subspan(part.begin, part.end - part.begin));
}

void cut(Word word, const PreTokenizerStep& step, std::vector<Word>& words) {
  using Kind = PreTokenizerStep::Kind;
  switch (step.kind) {
    case Kind::bert: {
      std::vector<Word> spaced;
      add_words(word, parts_by_character(word, unicode::is_white_space), SplitBehavior::removed,
                spaced);
      for (const Word part : spaced) {
        add_words(part, parts_by_character(part, unicode::is_punctuation), SplitBehavior::isolated,
                  words);
      }
      return;
    }
    case Kind::whitespace:
      return add_words(word,
                       parts_by_class(word,
                                      [](char32_t code) {
                                        if (unicode::is_word_character(code)) return 1;
                                        return unicode::is_white_space(code) ? 0 : 2;
                                      }),
                       SplitBehavior::removed, words);
    case Kind::whitespace_split:
      return add_words(word, parts_by_character(word, unicode::is_white_space),
                       SplitBehavior::removed, words);
    case Kind::punctuation:
      return add_words(word, parts_by_character(word, unicode::is_punctuation), step.behavior,
                       words);
    case Kind::digits:
      return add_words(word, parts_by_character(word, unicode::is_number), step.behavior, words);
    case Kind::split:
      return add_words(word,
                       parts_by_string(word, unicode::to_code_points(step.pattern), step.invert),
                       step.behavior, words);
    case Kind::characters:
      for (std::size_t i = 0; i < word.size(); ++i) words.push_back(word.subspan(i, 1));
      return;
  }
}

}  // namespace

std::vector<Word> pre_tokenize(Word characters, const std::vector<PreTokenizerStep>& steps) {
  std::vector<Word> words;
  if (characters.empty()) return words;
  words.push_back(characters);
  for (const PreTokenizerStep& step : steps) {
    std::vector<Word> next;
    for (const Word word : words) cut(word, step, next);
    words = std::move(next);
  }
  return words;
}

}  // namespace roformer::text
