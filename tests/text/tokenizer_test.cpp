#include "roformer/text/tokenizer.h"

#include <gtest/gtest.h>

#include <thread>

#include "roformer/base/error.h"
#include "roformer/text/wordpiece_tokenizer.h"

namespace roformer::text {
namespace {

Vocabulary small_vocabulary() {
  return Vocabulary({"[PAD]",
                     "[UNK]",
                     "[CLS]",
                     "[SEP]",
                     "[MASK]",
                     "the",
                     "un",
                     "##able",
                     "##a",
                     "##b",
                     "a",
                     "b",
                     ",",
                     "!",
                     ".",
                     "\xE4\xB8\xAD",
                     "don",
                     "'",
                     "t",
                     "##t",
                     "cafe",
                     "[",
                     "]",
                     "mask",
                     "abcdefghijklmnopqrst",
                     "caf\xC3\xA9",
                     "The"});
}

std::vector<std::string> tokens_of(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::vector<std::string> tokens;
  for (const std::int32_t id : encoding.ids) tokens.push_back(tokenizer.id_to_token(id));
  return tokens;
}

using Tokens = std::vector<std::string>;
using Offsets = std::vector<Offset>;

TEST(Tokenizer, WordsPiecesAndOffsets) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const Encoding encoding = tokenizer.encode("The UNABLE, caf\xC3\xA9\xE4\xB8\xAD!");
  EXPECT_EQ(tokens_of(tokenizer, encoding),
            (Tokens{"[CLS]", "the", "un", "##able", ",", "cafe", "\xE4\xB8\xAD", "!", "[SEP]"}));
  EXPECT_EQ(
      encoding.offsets,
      (Offsets{{0, 0}, {0, 3}, {4, 6}, {6, 10}, {10, 11}, {12, 16}, {16, 17}, {17, 18}, {0, 0}}));
  EXPECT_EQ(encoding.type_ids, std::vector<std::int32_t>(9, 0));
}

TEST(Tokenizer, EmptyAndBlankTextsHaveAnAnswer) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  for (const char* text : {"", " ", "\t\r\n", "\xE2\x80\x8B", "\xFF"}) {
    EXPECT_EQ(tokens_of(tokenizer, tokenizer.encode(text)), (Tokens{"[CLS]", "[SEP]"})) << text;
  }
  std::vector<std::int32_t> ids;
  tokenizer.encode_words("", ids);
  EXPECT_TRUE(ids.empty());
}

TEST(Tokenizer, UnknownWordsAreUnknownAsAWhole) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const Encoding encoding = tokenizer.encode("unq abx \xCE\xB1", {.add_special_tokens = false});
  EXPECT_EQ(tokens_of(tokenizer, encoding), (Tokens{"[UNK]", "[UNK]", "[UNK]"}));
  EXPECT_EQ(encoding.offsets, (Offsets{{0, 3}, {4, 7}, {8, 9}}));
}

TEST(Tokenizer, WordsOfAnyLengthAroundTheBlockSizes) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  for (const std::size_t size : {1, 2, 14, 15, 16, 17, 31, 32, 33, 99, 100}) {
    const Encoding encoding =
        tokenizer.encode(std::string(size, 'A'), {.add_special_tokens = false});
    ASSERT_EQ(encoding.size(), size);
    EXPECT_EQ(encoding.offsets.back(),
              (Offset{static_cast<std::int32_t>(size) - 1, static_cast<std::int32_t>(size)}));
  }
  for (const std::size_t size : {101, 255, 256, 257, 100000}) {
    const Encoding encoding =
        tokenizer.encode(std::string(size, 'a'), {.add_special_tokens = false});
    EXPECT_EQ(tokens_of(tokenizer, encoding), (Tokens{"[UNK]"}));
    EXPECT_EQ(encoding.offsets[0], (Offset{0, static_cast<std::int32_t>(size)}));
  }
  EXPECT_EQ(tokenizer.encode("abcdefghijklmnopqrst").size(), 3u);
}

TEST(Tokenizer, ControlCharactersAndMarksJoinWhatTheyTouch) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const Encoding encoding =
      tokenizer.encode("t\x01he\xCC\x81 the\x7F", {.add_special_tokens = false});
  EXPECT_EQ(tokens_of(tokenizer, encoding), (Tokens{"the", "the"}));
  EXPECT_EQ(encoding.offsets, (Offsets{{0, 4}, {6, 9}}));
}

TEST(Tokenizer, SpecialTokensAreFoundInTheRawText) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const Encoding encoding =
      tokenizer.encode("the[MASK]a [mask][SEP]", {.add_special_tokens = false});
  EXPECT_EQ(tokens_of(tokenizer, encoding),
            (Tokens{"the", "[MASK]", "a", "[", "mask", "]", "[SEP]"}));
  EXPECT_EQ(encoding.offsets,
            (Offsets{{0, 3}, {3, 9}, {9, 10}, {11, 12}, {12, 16}, {16, 17}, {17, 22}}));
}

TEST(Tokenizer, CaseAndAccentsCanStay) {
  const Tokenizer tokenizer =
      wordpiece_tokenizer(small_vocabulary(), {.normalizer = {.lowercase = false}});
  EXPECT_EQ(
      tokens_of(tokenizer, tokenizer.encode("The caf\xC3\xA9", {.add_special_tokens = false})),
      (Tokens{"The", "caf\xC3\xA9"}));
  const Tokenizer accents =
      wordpiece_tokenizer(small_vocabulary(), {.normalizer = {.strip_accents = false}});
  EXPECT_EQ(tokens_of(accents, accents.encode("The caf\xC3\xA9", {.add_special_tokens = false})),
            (Tokens{"the", "caf\xC3\xA9"}));
}

TEST(Tokenizer, AddedTokensHaveTheirConditions) {
  TokenizerConfig config;
  config.added_tokens = {
      {.content = "mask", .special = false, .single_word = true, .lstrip = true, .rstrip = true}};
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary(), config);
  const Encoding encoding = tokenizer.encode("the  mask a amask", {.add_special_tokens = false});
  EXPECT_EQ(tokens_of(tokenizer, encoding), (Tokens{"the", "mask", "a", "[UNK]"}));
  EXPECT_EQ(encoding.offsets[1], (Offset{3, 10}));
}

TEST(Tokenizer, NormalizedAddedTokensMatchAfterLowerCasing) {
  TokenizerConfig config;
  config.added_tokens = {{.content = "Un", .special = false, .normalized = true}};
  const Tokenizer tokenizer = wordpiece_tokenizer(Vocabulary({"[UNK]", "Un", "able"}), config);
  const Encoding encoding = tokenizer.encode("UNable", {.add_special_tokens = false});
  EXPECT_EQ(tokens_of(tokenizer, encoding), (Tokens{"Un", "able"}));
  EXPECT_EQ(encoding.offsets, (Offsets{{0, 2}, {2, 6}}));
}

TEST(Tokenizer, PairsHaveTypes) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const Encoding encoding = tokenizer.encode_pair("the a", "b");
  EXPECT_EQ(tokens_of(tokenizer, encoding), (Tokens{"[CLS]", "the", "a", "[SEP]", "b", "[SEP]"}));
  EXPECT_EQ(encoding.type_ids, (std::vector<std::int32_t>{0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(encoding.offsets.back(), Offset{});
  EXPECT_EQ(encoding.offsets[4], (Offset{0, 1}));
}

TEST(Tokenizer, TruncationKeepsTheEdges) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  EXPECT_EQ(tokens_of(tokenizer, tokenizer.encode("a b a b", {.max_length = 4})),
            (Tokens{"[CLS]", "a", "b", "[SEP]"}));
  EXPECT_EQ(tokenizer.encode("a b", {.max_length = 2}).size(), 2u);
  EXPECT_THROW(tokenizer.encode("a b", {.max_length = 1}), Error);
  EXPECT_THROW(tokenizer.encode("a b", {.max_length = 3, .truncation = Truncation::forbidden}),
               Error);
  EXPECT_EQ(tokens_of(tokenizer, tokenizer.encode_pair("a a a a", "b b", {.max_length = 7})),
            (Tokens{"[CLS]", "a", "a", "[SEP]", "b", "b", "[SEP]"}));
  EXPECT_EQ(tokens_of(tokenizer,
                      tokenizer.encode_pair(
                          "a a a", "b b", {.max_length = 6, .truncation = Truncation::only_first})),
            (Tokens{"[CLS]", "a", "[SEP]", "b", "b", "[SEP]"}));
}

TEST(Tokenizer, WindowsShareTheirStride) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const auto windows = tokenizer.windows("a b a b a", {.max_length = 5}, 1);
  ASSERT_EQ(windows.size(), 2u);
  EXPECT_EQ(windows[0].offsets[3], windows[1].offsets[1]);
  EXPECT_EQ(tokenizer.windows("", {.max_length = 5}, 1).size(), 1u);
  EXPECT_THROW(tokenizer.windows("a", {.max_length = 5}, 3), Error);
}

TEST(Tokenizer, DecodingJoinsPieces) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const Encoding encoding = tokenizer.encode("The unable, don't!");
  EXPECT_EQ(tokenizer.decode(encoding.ids), "[CLS] the unable, don ' t! [SEP]");
  EXPECT_EQ(tokenizer.decode(encoding.ids,
                             {.skip_special_tokens = true, .clean_up = CleanUp::contractions}),
            "the unable, don't!");
  EXPECT_EQ(
      tokenizer.decode(encoding.ids, {.skip_special_tokens = true, .clean_up = CleanUp::none}),
      "the unable , don ' t !");
  EXPECT_EQ(tokenizer.decode({}), "");
  const std::int32_t outside[] = {999};
  EXPECT_THROW(tokenizer.decode(outside), Error);
}

TEST(Tokenizer, IdsAndTokens) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  EXPECT_EQ(tokenizer.token_to_id("the"), 5);
  EXPECT_EQ(tokenizer.token_to_id("nothing"), tokenizer.unk_id());
  EXPECT_EQ(tokenizer.mask_id(), 4);
  EXPECT_TRUE(tokenizer.is_special(0));
  EXPECT_FALSE(tokenizer.is_special(5));
  EXPECT_THROW(tokenizer.id_to_token(-1), Error);
  EXPECT_THROW(wordpiece_tokenizer(Vocabulary({"[UNK]"})).cls_id(), Error);
  EXPECT_THROW(wordpiece_tokenizer(Vocabulary({"a"})), Error);
}

TEST(Tokenizer, ManyThreadsMayEncodeAtOnce) {
  const Tokenizer tokenizer = wordpiece_tokenizer(small_vocabulary());
  const std::string text = "The unable caf\xC3\xA9 [MASK] a\xE3\x80\xAE\xCC\xB4 don't";
  const Encoding expected = tokenizer.encode(text);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) count += tokenizer.encode(text).ids != expected.ids;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace roformer::text
