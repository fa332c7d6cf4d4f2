#include "roformer/labelled/encode_texts.h"

#include "roformer/base/error.h"

namespace roformer::labelled {

void RowEncoder::encode(const std::string& text, const std::optional<std::string>& text_pair,
                        std::int64_t max_length) {
  encoding_.clear();
  const text::EncodeOptions options{.max_length = max_length, .keep = keep_};
  if (text_pair) {
    tokenizer_.encode_pair_into(text, *text_pair, options, encoding_);
  } else {
    tokenizer_.encode_into(text, options, encoding_);
  }
}

std::optional<text::KeptPart> kept_of_cut(const LabelledOptions& options) {
  const text::KeptPart keep = text::kept_part(options.keep);
  if (keep == text::KeptPart::head) return std::nullopt;
  return keep;
}

RowEncoder::RowEncoder(const text::Tokenizer& tokenizer, const LabelledOptions& options)
    : tokenizer_(tokenizer), max_length_(options.max_length), keep_(kept_of_cut(options)) {}

void RowEncoder::require_room(bool pair) const {
  const text::TokenizerFacts& facts = tokenizer_.facts();
  const auto around = static_cast<std::int64_t>(pair ? facts.pair.size() : facts.single.size());
  const std::int64_t texts = pair ? 2 : 1;
  base::require(max_length_ >= around + texts,
                "[data] expected data.max_length to be at least {}, {} special tokens and one of "
                "{}, but got {}",
                around + texts, around, pair ? "each text" : "the text", max_length_);
}

void RowEncoder::add(const std::string& text, const std::optional<std::string>& text_pair,
                     EncodedPart& part) {
  encode(text, text_pair, 0);
  require_room(text_pair.has_value());
  if (std::ssize(encoding_.ids) > max_length_) {
    encode(text, text_pair, max_length_);
    ++cut_;
  }
  ++rows_;
  part.add_row(encoding_);
}

std::vector<std::string> whole_texts(const LabelledText& text) {
  std::vector<std::string> texts;
  for (const Example& example : text.examples)
    texts.push_back(example.text_pair ? example.text + "\n" + *example.text_pair : example.text);
  return texts;
}

}  // namespace roformer::labelled
