#include "roformer/metric/lower_case.h"

#include <cstdint>

#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;

// Whether the first character beside place `i` that counts, in steps of `step`, has a case.
bool has_cased_neighbour(const std::u32string& codes, std::size_t i, int step) {
  const auto end = static_cast<std::ptrdiff_t>(codes.size());
  for (auto at = static_cast<std::ptrdiff_t>(i) + step; at >= 0 && at < end; at += step) {
    const char32_t code = codes[static_cast<std::size_t>(at)];
    if (!unicode::is_case_ignorable(code)) return unicode::is_cased(code);
  }
  return false;
}

char32_t lower_sigma(const std::u32string& codes, std::size_t i) {
  const bool ends_word = has_cased_neighbour(codes, i, -1) && !has_cased_neighbour(codes, i, 1);
  return ends_word ? kFinalSigma : kSmallSigma;
}

}  // namespace

std::string lower_case(std::string_view text) {
  const std::u32string codes = unicode::to_code_points(text);
  std::string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == kCapitalSigma) {
      unicode::append_utf8(lower_sigma(codes, i), lower);
      continue;
    }
    const unicode::CodeSequence sequence = unicode::lower_case(codes[i]);
    for (int k = 0; k < sequence.size; ++k) unicode::append_utf8(sequence.codes[k], lower);
  }
  return lower;
}

}  // namespace roformer::metric
