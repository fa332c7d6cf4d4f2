// The two substitutions that mteval's tokenizers are made of: a pair of neighbouring characters
// gets spaces around one of them. Pairs are taken left to right and do not overlap, as in s/…/…/g.
#pragma once
#include <cstddef>

namespace roformer::metric {

/// Writes each pair "ab" with first(a) and second(b) by `write(out, a, b)`, other characters as
/// they are. String is std::string or std::u32string.
template <typename String, typename First, typename Second, typename Write>
String rewrite_pairs(const String& text, First first, Second second, Write write) {
  String out;
  out.reserve(text.size() + text.size() / 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && first(text[i]) && second(text[i + 1])) {
      write(out, text[i], text[i + 1]);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// "ab" becomes "a b ".
template <typename String, typename First, typename Second>
String set_off_second(const String& text, First first, Second second) {
  return rewrite_pairs(text, first, second, [](String& out, auto a, auto b) {
    out.append({a, ' ', b, ' '});
  });
}

/// "ab" becomes " a b".
template <typename String, typename First, typename Second>
String set_off_first(const String& text, First first, Second second) {
  return rewrite_pairs(text, first, second, [](String& out, auto a, auto b) {
    out.append({' ', a, ' ', b});
  });
}

/// Each "a" that holds becomes " a ".
template <typename String, typename Holds>
String set_off_each(const String& text, Holds holds) {
  String out;
  out.reserve(text.size() + text.size() / 2);
  for (const auto a : text) {
    const bool apart = holds(a);
    if (apart) out += ' ';
    out += a;
    if (apart) out += ' ';
  }
  return out;
}

}  // namespace roformer::metric
