#include "roformer/labelled/encode_texts.h"

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

RowEncoder::RowEncoder(const text::Tokenizer& tokenizer, const LabelledOptions& options)
    : tokenizer_(tokenizer), max_length_(options.max_length) {
  const text::KeptPart keep = text::kept_part(options.keep);
  if (keep != text::KeptPart::head) keep_ = keep;
}

void RowEncoder::add(const std::string& text, const std::optional<std::string>& text_pair,
                     EncodedPart& part) {
  encode(text, text_pair, 0);
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
