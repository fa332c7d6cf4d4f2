// RoFormer's and WoBERT's own tokenizers cut Chinese into words of jieba's dictionary before they
// look into the vocabulary.
#include <algorithm>

#include "roformer/text/segmentation_settings.h"
#include "roformer/text/tokenizer_class.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

// tokenizer.json cannot name the cut into words: what stands there, null or BertPreTokenizer, is a
// placeholder.
void cut_into_words(WordSegmentation words, TokenizerConfig& config) {
  config.normalizer_steps.reset();
  config.pre_tokenizer_steps.reset();
  config.normalizer.clean_text = true;
  if (words.order == WordSegmentation::Order::normalize_first)
    config.normalizer.tokenize_chinese_chars = false;
  config.words = std::move(words);
}

bool is_chinese_word(std::string_view token) {
  const char* const end = token.data() + token.size();
  std::size_t characters = 0;
  for (const char* p = token.data(); p < end; ++characters) {
    const auto c = unicode::decode_utf8(p, end);
    if (!unicode::is_chinese_character(c.code)) return false;
    p += c.size;
  }
  return characters > 1;
}

// RoFormer's first folders have config.json and vocab.txt alone. Its models of characters, whose
// vocabulary has no Chinese words, are cut as BERT's.
bool is_folder_of_words(const TokenizerFolder& folder) {
  if (model_type_of(folder) != "roformer" || !folder.has("vocab.txt")) return false;
  const auto vocabulary = Vocabulary::load(folder.path("vocab.txt"));
  const auto& tokens = vocabulary.tokens();
  return std::any_of(tokens.begin(), tokens.end(), is_chinese_word);
}

bool has_words(const TokenizerFolder& folder) {
  if (!has_wordpiece_files(folder)) return false;
  const std::string stated = stated_tokenizer_class(folder);
  return stated.empty() ? is_folder_of_words(folder) : is_segmenting_class(stated);
}

}  // namespace

namespace kinds {

TokenizerKind roformer_words() {
  return {"", {}, has_words, [](const TokenizerFolder& folder) {
            WordPieceFiles files = read_wordpiece_files(folder);
            cut_into_words(read_segmentation(folder), files.config);
            return wordpiece_tokenizer(std::move(files));
          }};
}

}  // namespace kinds
}  // namespace roformer::text
