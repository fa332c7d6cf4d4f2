#include "roformer/text/normalizer.h"

#include <algorithm>

#include "roformer/text/character_table.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using Characters = std::vector<NormalizedCharacter>;

Characters read_characters(std::string_view text, std::int32_t offset) {
  Characters characters;
  characters.reserve(text.size());
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end; ++offset) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    characters.push_back({c.code, {offset, offset + 1}});
    p += c.size;
  }
  return characters;
}

void clean_up(Characters& characters) {
  std::erase_if(characters, [](const NormalizedCharacter& c) {
    return unicode::is_removed_by_clean_up(c.code);
  });
  for (NormalizedCharacter& c : characters) {
    if (unicode::is_white_space(c.code)) c.code = ' ';
  }
}

void set_chinese_apart(Characters& characters) {
  Characters spaced;
  spaced.reserve(characters.size() * 2);
  for (const NormalizedCharacter& c : characters) {
    const bool chinese = unicode::is_chinese_character(c.code);
    if (chinese) spaced.push_back({' ', c.source});
    spaced.push_back(c);
    if (chinese) spaced.push_back({' ', c.source});
  }
  characters = std::move(spaced);
}

void lower_case_all(Characters& characters) {
  Characters result;
  result.reserve(characters.size());
  for (const NormalizedCharacter& c : characters) {
    const unicode::CodeSequence lower = unicode::lower_case(c.code);
    for (int i = 0; i < lower.size; ++i) result.push_back({lower.codes[i], c.source});
  }
  characters = std::move(result);
}

void normalize_as_bert(const NormalizerOptions& options, Characters& characters) {
  if (options.clean_text) clean_up(characters);
  if (options.tokenize_chinese_chars) set_chinese_apart(characters);
  if (strips_accents(options)) {
    characters = normal_form(characters, {.compatible = false, .composed = false});
    std::erase_if(characters,
                  [](const NormalizedCharacter& c) { return unicode::is_nonspacing_mark(c.code); });
  }
  if (options.lowercase) lower_case_all(characters);
}

void strip_white_space(bool left, bool right, Characters& characters) {
  const auto stays = [](const NormalizedCharacter& c) { return !unicode::is_white_space(c.code); };
  if (right) {
    const auto last = std::find_if(characters.rbegin(), characters.rend(), stays);
    characters.erase(last.base(), characters.end());
  }
  if (left) {
    characters.erase(characters.begin(), std::find_if(characters.begin(), characters.end(), stays));
  }
}

// What is put in has the place of the last character that it replaces.
void replace_all(const std::u32string& pattern, const std::u32string& content,
                 Characters& characters) {
  Characters result;
  result.reserve(characters.size());
  const auto matches = [&](std::size_t place) {
    for (std::size_t k = 0; k < pattern.size(); ++k) {
      if (characters[place + k].code != pattern[k]) return false;
    }
    return true;
  };
  for (std::size_t i = 0; i < characters.size();) {
    if (i + pattern.size() > characters.size() || !matches(i)) {
      result.push_back(characters[i++]);
      continue;
    }
    i += pattern.size();
    for (const char32_t code : content) result.push_back({code, characters[i - 1].source});
  }
  characters = std::move(result);
}

void prepend(const std::u32string& content, Characters& characters) {
  if (characters.empty()) return;
  Characters result;
  for (const char32_t code : content) result.push_back({code, characters.front().source});
  result.insert(result.end(), characters.begin(), characters.end());
  characters = std::move(result);
}

void apply(const NormalizerStep& step, const NormalizerOptions& options, Characters& characters) {
  using Kind = NormalizerStep::Kind;
  switch (step.kind) {
    case Kind::bert:
      return normalize_as_bert(options, characters);
    case Kind::lowercase:
      return lower_case_all(characters);
    case Kind::nfc:
    case Kind::nfd:
    case Kind::nfkc:
    case Kind::nfkd:
      characters =
          normal_form(characters, {.compatible = step.kind == Kind::nfkc || step.kind == Kind::nfkd,
                                   .composed = step.kind == Kind::nfc || step.kind == Kind::nfkc});
      return;
    case Kind::strip_accents:
      std::erase_if(characters, [](const NormalizedCharacter& c) {
        return unicode::is_combining_mark(c.code);
      });
      return;
    case Kind::strip:
      return strip_white_space(step.left, step.right, characters);
    case Kind::replace:
      return replace_all(unicode::to_code_points(step.pattern),
                         unicode::to_code_points(step.content), characters);
    case Kind::prepend:
      return prepend(unicode::to_code_points(step.content), characters);
  }
}

}  // namespace

std::vector<NormalizedCharacter> normalize(std::string_view text, const NormalizerOptions& options,
                                           std::int32_t first_offset) {
  Characters characters = read_characters(text, first_offset);
  normalize_as_bert(options, characters);
  return characters;
}

std::vector<NormalizedCharacter> normalize(std::string_view text, const TokenizerConfig& config,
                                           std::int32_t first_offset) {
  if (!config.normalizer_steps) return normalize(text, config.normalizer, first_offset);
  Characters characters = read_characters(text, first_offset);
  for (const NormalizerStep& step : *config.normalizer_steps) {
    apply(step, config.normalizer, characters);
  }
  return characters;
}

std::string to_utf8(const std::vector<NormalizedCharacter>& characters) {
  std::string result;
  for (const NormalizedCharacter& c : characters) unicode::append_utf8(c.code, result);
  return result;
}

}  // namespace roformer::text
