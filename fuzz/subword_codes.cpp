// subword-nmt's codes, its list of units and a line of text, a zero byte between two of them: the
// units of a line are its words, cut.
#include <algorithm>
#include <memory>

#include "fuzz/input.h"
#include "roformer/text/subword_nmt.h"
#include "roformer/unicode/utf8.h"

namespace {

using namespace roformer;

// The bytes up to the next zero byte, taken off `rest`.
std::string_view next_part(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

std::string without_blanks(std::string_view text) {
  std::string letters(text);
  std::erase_if(letters, [](char c) { return c == ' ' || c == '\r' || c == '\n'; });
  return letters;
}

void require_same_words(const text::SubwordNmt& coder, std::string_view line) {
  if (!unicode::is_utf8(line) || line.find_first_of("@<") != line.npos) return;  // of @@ and </w>
  std::string words;
  for (std::string_view unit : coder.units(line)) {
    if (unit.ends_with(coder.separator())) unit.remove_suffix(coder.separator().size());
    words += without_blanks(unit);
  }
  if (words != without_blanks(line)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::text_of(data, size);
  const auto codes = next_part(rest), counts = next_part(rest), line = next_part(rest);
  fuzz::accept_or_refuse([&] {
    const text::SubwordNmt coder(codes, "codes.bpe");
    require_same_words(coder, line);
    coder.segment(line);
  });
  fuzz::accept_or_refuse([&] {
    const auto units = text::parse_unit_counts(counts, 2, "units.txt");
    const auto allowed = std::make_shared<const text::UnitSet>(units.begin(), units.end());
    const text::SubwordNmt coder(codes, "codes.bpe", {.allowed = allowed});
    text::join_units(coder.units(line), coder.separator());
  });
  return 0;
}
