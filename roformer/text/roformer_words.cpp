// RoFormer's own tokenizers cut Chinese into words of jieba's dictionary before they look into the
// vocabulary.
#include "roformer/segmentation/jieba.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/wordpiece_tokenizer.h"

namespace roformer::text {
namespace {

// The steps of transformers 5's RoFormerTokenizer. tokenizer.json cannot name the cut into words:
// what stands there, null or BertPreTokenizer, is a placeholder.
void cut_by_jieba(TokenizerConfig& config) {
  config.normalizer_steps.reset();
  config.pre_tokenizer_steps.reset();
  config.normalizer.clean_text = true;
  config.normalizer.tokenize_chinese_chars = false;
  config.segmenter = segmentation::jieba_segmenter();
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
            cut_by_jieba(files.config);
            return wordpiece_tokenizer(std::move(files));
          }};
}

}  // namespace kinds
}  // namespace roformer::text
