#include "roformer/base/shell_word.h"

#include <algorithm>
#include <string_view>

namespace roformer::base {
namespace {

// Letters, digits and marks that no shell takes for more than themselves; bytes of UTF-8 too.
bool is_plain(char c) {
  constexpr std::string_view marks = "/._-+,:@%=";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80 || marks.find(c) != marks.npos;
}

}  // namespace

std::string shell_word(const std::string& word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string shell_path(const std::filesystem::path& path) {
  const std::string word = path.string();
  return shell_word(word.starts_with("-") ? "./" + word : word);
}

}  // namespace roformer::base
