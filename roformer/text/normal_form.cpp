#include "roformer/text/normalizer.h"

#include <algorithm>
#include <optional>

#include "roformer/unicode/unicode.h"

namespace roformer::text {
namespace {

// A character of the result and how many of the source it stands for: one for what its own
// character begins with, none for what decomposition adds, more where characters were composed.
struct FormedCharacter {
  char32_t code;
  int combining_class;
  int taken;
};

using Formed = std::vector<FormedCharacter>;

Formed decompose_each(const std::vector<NormalizedCharacter>& characters, bool compatible) {
  Formed parts;
  parts.reserve(characters.size() + 8);
  for (const NormalizedCharacter& c : characters) {
    const unicode::CodeSequence sequence =
        compatible ? unicode::decompose_compatibly(c.code) : unicode::decompose(c.code);
    for (int i = 0; i < sequence.size; ++i) {
      parts.push_back(
          {sequence.codes[i], unicode::combining_class(sequence.codes[i]), i == 0 ? 1 : 0});
    }
  }
  return parts;
}

// Marks between two characters that do not combine stand in the order of their classes.
void reorder_marks(Formed& parts) {
  const auto combines = [](const FormedCharacter& c) { return c.combining_class != 0; };
  for (auto begin = parts.begin(); begin != parts.end();) {
    begin = std::find_if(begin, parts.end(), combines);
    const auto end = std::find_if_not(begin, parts.end(), combines);
    std::stable_sort(begin, end, [](const FormedCharacter& a, const FormedCharacter& b) {
      return a.combining_class < b.combining_class;
    });
    begin = end;
  }
}

// Every character joins the last starter if they make one and nothing stands between them.
Formed compose_all(const Formed& parts) {
  Formed result;
  result.reserve(parts.size());
  std::optional<std::size_t> starter;
  for (const FormedCharacter& part : parts) {
    if (starter) {
      const bool adjacent = *starter + 1 == result.size();
      const bool blocked = !adjacent && result.back().combining_class >= part.combining_class;
      const std::optional<char32_t> whole =
          blocked ? std::nullopt : unicode::compose(result[*starter].code, part.code);
      if (whole) {
        result[*starter].code = *whole;
        result[*starter].taken += part.taken;
        continue;
      }
    }
    if (part.combining_class == 0) starter = result.size();
    result.push_back(part);
  }
  return result;
}

}  // namespace

std::vector<NormalizedCharacter> normal_form(const std::vector<NormalizedCharacter>& characters,
                                             NormalForm form) {
  Formed parts = decompose_each(characters, form.compatible);
  reorder_marks(parts);
  if (form.composed) parts = compose_all(parts);
  // The tokenizers library aligns by position: what stands for characters of the source has the
  // place of the next of them, what was added that of the one taken last, wherever the reordering
  // has put them.
  std::vector<NormalizedCharacter> result;
  result.reserve(parts.size());
  std::size_t taken = 0;
  for (const FormedCharacter& part : parts) {
    const std::size_t place = part.taken > 0 ? taken + 1 : taken;
    result.push_back({part.code, place == 0 ? Offset{} : characters[place - 1].source});
    taken += static_cast<std::size_t>(part.taken);
  }
  return result;
}

}  // namespace roformer::text
