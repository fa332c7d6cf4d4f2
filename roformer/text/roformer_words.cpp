// RoFormer's and WoBERT's own tokenizers cut Chinese into words of jieba's dictionary before they
// look into the vocabulary.
#include "roformer/text/chinese_words.h"
#include "roformer/text/segmentation_settings.h"
#include "roformer/text/tokenizer_class.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/wordpiece_tokenizer.h"

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

// RoFormer's first folders have config.json and vocab.txt alone. Its models of characters, whose
// vocabulary has no Chinese words, are cut as BERT's.
bool is_folder_of_words(const TokenizerFolder& folder) {
  if (model_type_of(folder) != "roformer" || !folder.has("vocab.txt")) return false;
  return count_chinese_words(Vocabulary::load(folder.path("vocab.txt"))) > 0;
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
