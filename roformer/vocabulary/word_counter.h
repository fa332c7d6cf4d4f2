// Counts the words of a text after normalisation: what the training of a vocabulary starts from.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "roformer/base/hash.h"
#include "roformer/text/character_table.h"
#include "roformer/text/tokenizer_config.h"

namespace roformer::vocabulary {

class WordCounter {
 public:
  explicit WordCounter(const text::NormalizerOptions& options)
      : options_(options), characters_(options) {}

  /// Counts the words of some whole lines; a line feed ends a word.
  void add(std::string_view text);

  using Count = std::pair<std::string, std::int64_t>;
  /// Words and their counts, in the words' byte order.
  std::vector<Count> sorted() const;

 private:
  void add_line(std::string_view line);
  void append_normalized(std::string_view line);
  bool append(text::CharacterEntry entry, char32_t code);
  void end_word();
  void count(std::string_view word);

  text::NormalizerOptions options_;
  text::CharacterTable characters_;
  std::unordered_map<std::string, std::int64_t, base::StringHash, std::equal_to<>> counts_;
  std::string word_;
  std::vector<std::string> line_words_;
  std::size_t line_size_ = 0;
};

}  // namespace roformer::vocabulary
