#include "roformer/text/wordpiece_encoder.h"

#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "roformer/text/normalizer.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;
using Offsets = std::vector<Offset>;
using Word = std::vector<NormalizedCharacter>;

// Appends to what is there.
Ids ids_of(const WordPieceEncoder& encoder, std::string_view text) {
  Ids ids = {-5}, same = {-5};
  Offsets offsets = {{}};
  encoder.encode(text, ids);
  encoder.encode(text, same, &offsets);
  EXPECT_EQ(ids, same);
  EXPECT_EQ(offsets.size(), ids.size());
  EXPECT_EQ(ids.front(), -5);
  return {ids.begin() + 1, ids.end()};
}

const Vocabulary kWords({"[UNK]", "un", "##able", "##a", "a", ",", "new", "\xE4\xB8\xAD", "##b"});

TEST(WordPieceEncoder, LongestPiecesFromTheLeft) {
  const WordPieceEncoder encoder(kWords, {}, {});
  EXPECT_EQ(ids_of(encoder, "unable UNA"), (Ids{1, 2, 1, 3}));
  EXPECT_EQ(ids_of(encoder, "ab,ax"), (Ids{4, 8, 5, 0}));
  EXPECT_EQ(ids_of(encoder,
                   "a\xE4\xB8\xAD"
                   "a"),
            (Ids{4, 7, 4}));
  EXPECT_EQ(ids_of(encoder, " \t"), Ids{});
}

TEST(WordPieceEncoder, AddedTokensBeforeWords) {
  const WordPieceEncoder encoder(kWords, {}, {{.content = "new", .id = 6}});
  EXPECT_EQ(ids_of(encoder, "unnewa NEW"), (Ids{1, 6, 4, 6}));  // words too, by the vocabulary
  // One that joined the vocabulary later is no word.
  const WordPieceEncoder later(kWords, {}, {{.content = "new", .id = 6, .appended = true}});
  EXPECT_EQ(ids_of(later, "new NEW"), (Ids{6, 0}));
}

TEST(WordPieceEncoder, LongWordsAreUnknown) {
  TokenizerConfig config;
  config.max_word_length = 3;
  const WordPieceEncoder encoder(kWords, config, {});
  EXPECT_EQ(ids_of(encoder, "una unab"), (Ids{1, 3, 0}));
  EXPECT_EQ(ids_of(encoder, "\xC3\xA1\xC3\xA1\xC3\xA1\xC3\xA1"), Ids{0});
}

TEST(WordPieceEncoder, WhatItNeeds) {
  EXPECT_TRUE(
      tests::has_text(tests::error_message([] { WordPieceEncoder(Vocabulary({"a"}), {}, {}); }),
                      "expected the unknown token '[UNK]' among the 1 tokens"));
  TokenizerConfig config;
  config.max_word_length = 0;
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { WordPieceEncoder(kWords, config, {}); }),
                              "max_input_chars_per_word > 0 but got 0"));
}

// The plainest reading of the definition, which the quick encoder must equal: normalize(), cut, look
// every substring up.
void encode_reference_word(const Word& word, const Vocabulary& vocabulary, Encoding& encoding) {
  if (word.empty()) return;
  const std::size_t mark = encoding.size();
  const auto put = [&](std::int32_t id, std::size_t begin, std::size_t end) {
    encoding.ids.push_back(id);
    encoding.offsets.push_back({word[begin].source.begin, word[end - 1].source.end});
  };
  for (std::size_t begin = 0; begin < word.size();) {
    std::size_t end = word.size() > 100 ? begin : word.size();
    for (; end > begin; --end) {
      std::string piece = begin > 0 ? "##" : "";
      for (std::size_t i = begin; i < end; ++i) unicode::append_utf8(word[i].code, piece);
      if (const auto id = vocabulary.find(piece)) {
        put(*id, begin, end);
        break;
      }
    }
    if (end == begin) {
      encoding.ids.resize(mark);
      encoding.offsets.resize(mark);
      put(*vocabulary.find("[UNK]"), 0, word.size());
      return;
    }
    begin = end;
  }
}

Encoding encode_by_definition(std::string_view text, const Vocabulary& vocabulary,
                              const NormalizerOptions& options) {
  Encoding encoding;
  Word word;
  const auto end_word = [&] {
    encode_reference_word(word, vocabulary, encoding);
    word.clear();
  };
  for (const NormalizedCharacter& c : normalize(text, options)) {
    const bool space = unicode::is_white_space(c.code), alone = unicode::is_punctuation(c.code);
    if (space || alone) end_word();
    if (!space) word.push_back(c);
    if (alone) end_word();
  }
  end_word();
  return encoding;
}

// A text of everything that makes trouble: bad bytes, controls, marks, long words, all planes.
std::string hostile_text(std::uint64_t seed) {
  std::string text;
  std::uint64_t draw = 0;
  const auto below = [&](std::uint64_t bound) { return base::uniform_below(seed, draw++, bound); };
  const auto size = below(24);
  for (std::uint64_t i = 0; i < size; ++i) {
    switch (below(10)) {
      case 0:
        text.push_back(static_cast<char>(below(256)));
        break;
      case 1:
        text.append(10 + below(120), static_cast<char>('a' + below(3)));
        break;
      case 2:
        unicode::append_utf8(static_cast<char32_t>(0x300 + below(0x70)), text);
        break;
      case 3:
        unicode::append_utf8(static_cast<char32_t>(below(0x3400)), text);
        break;
      case 4:
        unicode::append_utf8(static_cast<char32_t>(0xAC00 + below(0x5A00)), text);
        break;
      case 5:
        unicode::append_utf8(static_cast<char32_t>(0x10000 + below(0x20000)), text);
        break;
      case 6:
        for (const char32_t mark : {0x302Eu, 0x1B44u, 0x334u, 0x8D0u}) {
          if (below(2) == 0) unicode::append_utf8(mark, text);
        }
        break;
      default:
        for (auto letters = below(6); letters > 0; --letters)
          text.push_back("abcABC 19.-\t"[below(12)]);
    }
  }
  return text;
}

TEST(Reference, HostileTextsAreEncodedByTheDefinition) {
  std::vector<std::string> tokens = {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"};
  for (char32_t code = 0x21; code < 0x3400; code += code < 0x600 ? 1 : 3) {
    for (const char* prefix : {"", "##"}) {
      tokens.emplace_back(prefix);
      unicode::append_utf8(code, tokens.back());
    }
  }
  for (const char* token : {"abc", "bca", "ab", "##ab", "##bc", "##aaaa", "abcabcabcabcabcabc"})
    tokens.push_back(token);
  const Vocabulary vocabulary(tokens);
  for (const NormalizerOptions& options :
       {NormalizerOptions{}, NormalizerOptions{.lowercase = false},
        NormalizerOptions{.strip_accents = false},
        NormalizerOptions{.clean_text = false, .tokenize_chinese_chars = false}}) {
    const Tokenizer tokenizer = wordpiece_tokenizer(vocabulary, {.normalizer = options});
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      const std::string text = hostile_text(seed);
      const Encoding expected = encode_by_definition(text, vocabulary, options);
      const Encoding encoding = tokenizer.encode(text, {.add_special_tokens = false});
      ASSERT_EQ(encoding.ids, expected.ids) << seed;
      ASSERT_EQ(encoding.offsets, expected.offsets) << seed;
      std::vector<std::int32_t> ids;
      tokenizer.encode_words(text, ids);
      ASSERT_EQ(ids, expected.ids) << seed;
    }
  }
}

}  // namespace
}  // namespace roformer::text
