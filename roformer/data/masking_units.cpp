#include "roformer/data/masking_units.h"

#include "roformer/base/error.h"
#include "roformer/segmentation/blocks.h"
#include "roformer/segmentation/jieba.h"

namespace roformer::data {

using segmentation::is_letter_or_digit;

MaskingUnits::MaskingUnits(Kind kind, const text::Tokenizer& tokenizer) {
  const std::string& prefix = tokenizer.facts().continuing_prefix;
  base::require(!prefix.empty(),
                "[data] {}: expected a WordPiece vocabulary for data.mask_unit but got one of {}",
                tokenizer.facts().source, tokenizer.facts().kind);
  for (std::int32_t id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const std::string& token = tokenizer.id_to_token(id);
    const bool continues = token.size() > prefix.size() && token.starts_with(prefix);
    continues_.push_back(continues && !tokenizer.is_special(id));
    texts_.push_back(tokenizer.is_special(id) ? ""
                     : continues              ? token.substr(prefix.size())
                                              : token);
  }
  if (kind == Kind::jieba) segmenter_ = segmentation::jieba_segmenter();
}

std::vector<std::size_t> MaskingUnits::begins(std::span<const std::int64_t> tokens) const {
  std::vector<std::size_t> begins;
  for (std::size_t at = 0; at < tokens.size();) {
    const auto is_special = [&](std::size_t i) {
      return texts_[static_cast<std::size_t>(tokens[i])].empty();
    };
    if (is_special(at)) {
      begins.push_back(at++);
      continue;
    }
    std::size_t end = at;
    while (end < tokens.size() && !is_special(end)) ++end;
    if (segmenter_ != nullptr) {
      add_begins_by_jieba(tokens, at, end, begins);
    } else {
      for (std::size_t i = at; i < end; ++i)
        if (i == at || !continues_[static_cast<std::size_t>(tokens[i])]) begins.push_back(i);
    }
    at = end;
  }
  return begins;
}

// The text of the tokens is put together again and cut: a token begins a word where one of jieba's
// begins. Between letters that do not continue one another a space stood.
void MaskingUnits::add_begins_by_jieba(std::span<const std::int64_t> tokens, std::size_t begin,
                                       std::size_t end, std::vector<std::size_t>& begins) const {
  std::string text;
  std::vector<std::size_t> places;  // of the tokens in it
  for (std::size_t i = begin; i < end; ++i) {
    const auto id = static_cast<std::size_t>(tokens[i]);
    const bool spaced = !text.empty() && !continues_[id] && is_letter_or_digit(text.back()) &&
                        is_letter_or_digit(texts_[id].front());
    if (spaced) text += ' ';
    places.push_back(text.size());
    text += texts_[id];
  }
  segmentation::Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  segmenter_->cut(text, scratch, words);
  auto word = words.begin();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const char* const place = text.data() + places[i];
    while (word != words.end() && word->data() < place) ++word;
    const bool begins_word = word != words.end() && word->data() == place;
    const bool continues = continues_[static_cast<std::size_t>(tokens[begin + i])];
    if (i == 0 || (begins_word && !continues)) begins.push_back(begin + i);
  }
}

}  // namespace roformer::data
