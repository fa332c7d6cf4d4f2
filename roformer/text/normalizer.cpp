#include "roformer/text/normalizer.h"

#include <algorithm>

#include "roformer/text/character_table.h"
#include "roformer/text/unicode.h"
#include "roformer/text/utf8.h"

namespace roformer::text {
namespace {

using Characters = std::vector<NormalizedCharacter>;

Characters read_characters(std::string_view text, std::int32_t offset) {
  Characters characters;
  characters.reserve(text.size());
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end; ++offset) {
    const DecodedCharacter c = decode_utf8(p, end);
    characters.push_back({c.code, {offset, offset + 1}});
    p += c.size;
  }
  return characters;
}

void clean_up(Characters& characters) {
  std::erase_if(characters,
                [](const NormalizedCharacter& c) { return is_removed_by_clean_up(c.code); });
  for (NormalizedCharacter& c : characters) {
    if (is_white_space(c.code)) c.code = ' ';
  }
}

void set_chinese_apart(Characters& characters) {
  Characters spaced;
  spaced.reserve(characters.size() * 2);
  for (const NormalizedCharacter& c : characters) {
    const bool chinese = is_chinese_character(c.code);
    if (chinese) spaced.push_back({' ', c.source});
    spaced.push_back(c);
    if (chinese) spaced.push_back({' ', c.source});
  }
  characters = std::move(spaced);
}

struct Decomposed {
  char32_t code;
  int combining_class;
  bool first;  // of what its character decomposed into
};

// Marks between two characters that do not combine stand in the order of their classes.
void reorder_marks(std::vector<Decomposed>& characters) {
  const auto combines = [](const Decomposed& c) { return c.combining_class != 0; };
  for (auto begin = characters.begin(); begin != characters.end();) {
    begin = std::find_if(begin, characters.end(), combines);
    const auto end = std::find_if_not(begin, characters.end(), combines);
    std::stable_sort(begin, end, [](const Decomposed& a, const Decomposed& b) {
      return a.combining_class < b.combining_class;
    });
    begin = end;
  }
}

void decompose_all(Characters& characters) {
  std::vector<Decomposed> parts;
  parts.reserve(characters.size() + 8);
  for (const NormalizedCharacter& c : characters) {
    const CodeSequence sequence = decompose(c.code);
    for (int i = 0; i < sequence.size; ++i) {
      parts.push_back({sequence.codes[i], combining_class(sequence.codes[i]), i == 0});
    }
  }
  reorder_marks(parts);
  // The tokenizers library aligns by position: each first part takes the next character's place,
  // every other part that of the character taken last, wherever the reordering has put them.
  Characters result;
  result.reserve(parts.size());
  std::size_t taken = 0;
  for (const Decomposed& part : parts) {
    if (part.first) ++taken;
    const Offset source = taken == 0 ? Offset{} : characters[taken - 1].source;
    result.push_back({part.code, source});
  }
  characters = std::move(result);
}

void lower_case_all(Characters& characters) {
  Characters result;
  result.reserve(characters.size());
  for (const NormalizedCharacter& c : characters) {
    const CodeSequence lower = lower_case(c.code);
    for (int i = 0; i < lower.size; ++i) result.push_back({lower.codes[i], c.source});
  }
  characters = std::move(result);
}

}  // namespace

std::vector<NormalizedCharacter> normalize(std::string_view text, const NormalizerOptions& options,
                                           std::int32_t first_offset) {
  Characters characters = read_characters(text, first_offset);
  if (options.clean_text) clean_up(characters);
  if (options.tokenize_chinese_chars) set_chinese_apart(characters);
  if (strips_accents(options)) {
    decompose_all(characters);
    std::erase_if(characters,
                  [](const NormalizedCharacter& c) { return is_nonspacing_mark(c.code); });
  }
  if (options.lowercase) lower_case_all(characters);
  return characters;
}

std::string normalize_to_utf8(std::string_view text, const NormalizerOptions& options) {
  std::string result;
  for (const NormalizedCharacter& c : normalize(text, options)) append_utf8(c.code, result);
  return result;
}

}  // namespace roformer::text
