// What is masked together: tokens one by one, or all tokens of a word, so that none is told by its
// neighbours in the same word.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/segmentation/segmenter.h"
#include "roformer/text/tokenizer.h"

namespace roformer::data {

/// Whole words of a tokenizer's text.
class MaskingUnits {
 public:
  enum class Kind {
    pieces,  // WordPiece's words: a token and the ones that continue it (Google's BERT)
    jieba    // words of jieba's dictionary, whatever tokens they are cut into (Cui et al. 2021)
  };

  /// Throws Error for a tokenizer without pieces that continue a word.
  MaskingUnits(Kind kind, const text::Tokenizer& tokenizer);

  /// The places in `tokens` where a word begins, ascending; special tokens are words of their own.
  std::vector<std::size_t> begins(std::span<const std::int64_t> tokens) const;

 private:
  void add_begins_by_jieba(std::span<const std::int64_t> tokens, std::size_t begin, std::size_t end,
                           std::vector<std::size_t>& begins) const;

  std::vector<std::string> texts_;  // of the tokens, without the prefix; empty: special
  std::vector<bool> continues_;
  std::shared_ptr<const segmentation::Segmenter> segmenter_;  // none: pieces
};

}  // namespace roformer::data
