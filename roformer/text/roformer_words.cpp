// RoFormer's own tokenizers cut Chinese into words of a dictionary before they look into the
// vocabulary. Here it is cut into characters: right for a vocabulary of characters; where the
// vocabulary has words, a warning says so.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

bool is_chinese_word(std::string_view token) {
  int characters = 0;
  const char* end = token.data() + token.size();
  for (const char* p = token.data(); p < end; ++characters) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    if (!unicode::is_chinese_character(c.code)) return false;
    p += c.size;
  }
  return characters > 1;
}

// A few words do not make a vocabulary of words: one in a hundred does.
bool has_chinese_words(const Vocabulary& vocabulary) {
  const auto& tokens = vocabulary.tokens();
  const auto words = std::count_if(tokens.begin(), tokens.end(), is_chinese_word);
  return words > 0 && words * 100 >= static_cast<std::ptrdiff_t>(tokens.size());
}

// tokenizer.json cannot name the cut into words: what stands there, null or BertPreTokenizer, is a
// placeholder.
void cut_chinese(const Vocabulary& vocabulary, TokenizerConfig& config) {
  config.pre_tokenizer_steps.reset();
  config.normalizer.tokenize_chinese_chars = true;
  if (!has_chinese_words(vocabulary)) return;
  spdlog::warn(
      "{}: {} cuts Chinese into the words of jieba's dictionary first, and this vocabulary has "
      "such words; that cut is not there yet: Chinese is cut into characters, and its ids differ "
      "from those that the model was trained with",
      config.source, config.tokenizer_class);
}

}  // namespace

namespace kinds {

TokenizerKind roformer_words() {
  return {"",
          {},
          [](const TokenizerFolder& folder) {
            return has_wordpiece_files(folder) && folder.tokenizer_class().starts_with("RoFormer");
          },
          [](const TokenizerFolder& folder) {
            WordPieceFiles files = read_wordpiece_files(folder);
            cut_chinese(files.vocabulary, files.config);
            return wordpiece_tokenizer(std::move(files));
          }};
}

}  // namespace kinds
}  // namespace roformer::text
