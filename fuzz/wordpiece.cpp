// Text through tokenizers of each kind: the ids with offsets are those without, every offset lies
// within the text, and what is decoded is UTF-8.
#include "fuzz/input.h"
#include "roformer/text/byte_tokenizer.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/unicode/utf8.h"

namespace roformer::fuzz {
namespace {

text::Tokenizer make_tokenizer(text::TokenizerConfig config) {
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "new word"};
  for (char32_t code = 0x21; code < 0x500; ++code) {
    for (const char* prefix : {"", "##"}) {
      tokens.emplace_back(prefix);
      unicode::append_utf8(code, tokens.back());
    }
  }
  for (const char* token : {"abc", "##bc", "the", "##aaaaaaaaaaaaaaaaaaaaaaaa", "\xE4\xB8\xAD"})
    tokens.emplace_back(token);
  return text::wordpiece_tokenizer(text::Vocabulary(std::move(tokens)), std::move(config));
}

std::vector<text::Tokenizer> make_tokenizers() {
  using Normalizer = text::NormalizerStep::Kind;
  using PreTokenizer = text::PreTokenizerStep::Kind;
  text::TokenizerConfig cased, added, steps;
  cased.normalizer.lowercase = false;
  added.added_tokens = {{.content = "new word",
                         .special = false,
                         .normalized = true,
                         .single_word = true,
                         .lstrip = true,
                         .rstrip = true}};
  steps.normalizer_steps = {{.kind = Normalizer::nfkc},
                            {.kind = Normalizer::strip_accents},
                            {.kind = Normalizer::nfd},
                            {.kind = Normalizer::replace, .pattern = "a", .content = "bc"}};
  steps.pre_tokenizer_steps = {
      {.kind = PreTokenizer::whitespace},
      {.kind = PreTokenizer::punctuation, .behavior = text::SplitBehavior::merged_with_next},
      {.kind = PreTokenizer::digits}};
  steps.max_word_length = 7;
  return {make_tokenizer({}), make_tokenizer(cased), make_tokenizer(added), make_tokenizer(steps),
          text::byte_tokenizer()};
}

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void tokenize(const text::Tokenizer& tokenizer, std::string_view input) {
  const text::Encoding encoding = tokenizer.encode(input, {.add_special_tokens = false});
  std::vector<std::int32_t> ids;
  tokenizer.encode_words(input, ids);
  require(ids == encoding.ids && encoding.offsets.size() == ids.size());
  const std::int32_t length = unicode::count_code_points(input);
  for (const text::Offset& offset : encoding.offsets) {
    require(offset.begin >= 0 && offset.begin <= offset.end && offset.end <= length);
  }
  require(unicode::is_utf8(tokenizer.decode(ids)));
  const std::int64_t limit = 8;
  require(tokenizer.encode(input, {.max_length = limit}).ids.size() <= 8);
  for (const text::Encoding& window : tokenizer.windows(input, {.max_length = limit}, 2))
    require(window.ids.size() <= 8);
}

}  // namespace
}  // namespace roformer::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<roformer::text::Tokenizer> tokenizers =
      roformer::fuzz::make_tokenizers();
  for (const auto& tokenizer : tokenizers)
    roformer::fuzz::tokenize(tokenizer, roformer::fuzz::text_of(data, size));
  return 0;
}
