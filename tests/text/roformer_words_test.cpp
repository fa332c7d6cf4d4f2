// RoFormer's tokenizer class, by its files. The dictionary is jieba's own, which scripts/setup
// fetches.
#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "roformer/text/tokenizer.h"
#include "roformer/unicode/utf8.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using Tokens = std::vector<std::string>;

constexpr const char* kWords =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n今\n天\n气\n非常\n好\n。\nt\n##a\n恤\nab\n";

class RoFormerWords : public testing::Test {
 protected:
  Tokenizer load(const char* settings, const char* words = kWords) {
    files_.write("tokenizer_config.json", settings);
    files_.write("vocab.txt", words);
    return Tokenizer::load(files_.path());
  }
  static Tokens tokens(const Tokenizer& tokenizer, std::string_view text) {
    Tokens tokens;
    for (const auto id : tokenizer.encode(text, {.add_special_tokens = false}).ids)
      tokens.push_back(tokenizer.id_to_token(id));
    return tokens;
  }
  tests::TestFolder files_;
};

// 今天 and 天气 are words of the dictionary and none of the vocabulary.
TEST_F(RoFormerWords, WordsOfTheVocabularyStayWhole) {
  const Tokenizer tokenizer = load(R"({"tokenizer_class": "RoFormerTokenizer"})");
  EXPECT_EQ(tokens(tokenizer, "今天天气非常好。"),
            (Tokens{"今", "天", "天", "气", "非常", "好", "。"}));
  EXPECT_EQ(tokens(tokenizer, "TA T恤 AB"), (Tokens{"t", "##a", "t", "恤", "ab"}));
  EXPECT_EQ(tokens(tokenizer, "[MASK]非常[MASK]"), (Tokens{"[MASK]", "非常", "[MASK]"}));
  EXPECT_EQ(tokens(tokenizer, ""), Tokens());
}

TEST_F(RoFormerWords, OffsetsAreThoseOfTheText) {
  const Tokenizer tokenizer = load(R"({"tokenizer_class": "RoFormerTokenizerFast"})");
  const Encoding encoding = tokenizer.encode(" 好\u200B 非常ＴA", {.add_special_tokens = false});
  const std::vector<Offset> wanted = {{1, 2}, {4, 6}, {6, 7}, {7, 8}};
  ASSERT_EQ(encoding.offsets.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(encoding.offsets[i].begin, wanted[i].begin) << i;
    EXPECT_EQ(encoding.offsets[i].end, wanted[i].end) << i;
  }
}

TEST_F(RoFormerWords, WhatWasSavedIsTheSame) {
  const Tokenizer tokenizer = load(R"({"tokenizer_class": "RoFormerTokenizer"})");
  tokenizer.save(files_.file("saved"));
  const Tokenizer again = Tokenizer::load(files_.file("saved"));
  EXPECT_EQ(again.fingerprint(), tokenizer.fingerprint());
  EXPECT_EQ(tokens(again, "今天天气非常好。"), tokens(tokenizer, "今天天气非常好。"));
}

TEST_F(RoFormerWords, OtherClassesAreLeftAsTheyAre) {
  const Tokenizer tokenizer = load(R"({"tokenize_chinese_chars": false})", "[UNK]\n非\n非常\n");
  EXPECT_EQ(tokens(tokenizer, "非常"), Tokens{"非常"});
  EXPECT_EQ(tokens(load("{}"), "非常"), (Tokens{"[UNK]", "[UNK]"}));
}

// An added token that is looked for in normalised text takes the exact way; the quick one is to
// give the same.
TEST_F(RoFormerWords, TheQuickWayIsTheExactOne) {
  const Tokenizer quick = load(R"({"tokenizer_class": "RoFormerTokenizer"})");
  const Tokenizer exact = load(
      R"({"tokenizer_class": "RoFormerTokenizer",
          "added_tokens_decoder": {"14": {"content": "ab", "normalized": true}}})");
  constexpr const char* parts[] = {"今天",   "天气", "非常",   "好", "。",     " ",      "TA",
                                   "t",      "恤",   "É",      "각", "\u200B", "\u3000", "\u0301",
                                   "\u302A", "\xFF", "[MASK]", "x",  "龘"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::string text;
    for (auto left = base::uniform_below(seed, 0, 12); left > 0; --left)
      text += parts[base::uniform_below(seed, left, std::size(parts))];
    const Encoding ours = quick.encode(text), theirs = exact.encode(text);
    ASSERT_EQ(ours.ids, theirs.ids) << text;
    ASSERT_EQ(ours.offsets, theirs.offsets) << text;
  }
}

// WoBERT's folder as it was published says that it is BERT's.
TEST_F(RoFormerWords, WordsThatAreNeverFoundAreWarnedOf) {
  const auto warning_of = [&](const char* settings, int words) {
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int i = 0; i < words; ++i) {
      unicode::append_utf8(U'一' + static_cast<char32_t>(i), vocabulary);
      vocabulary += "天\n";
    }
    testing::internal::CaptureStdout();  // where the log goes by default
    load(settings, vocabulary.c_str());
    return testing::internal::GetCapturedStdout();
  };
  const std::string warning = warning_of(R"({"tokenizer_class": "BertTokenizer"})", 1000);
  EXPECT_NE(warning.find("1000 tokens of the vocabulary are Chinese words"), warning.npos);
  EXPECT_NE(warning.find("WoBertTokenizer"), warning.npos);
  EXPECT_NE(warning_of("{}", 1000), "");
  EXPECT_EQ(warning_of("{}", 999), "");
  EXPECT_EQ(warning_of(R"({"tokenizer_class": "RoFormerTokenizer"})", 1000), "");
  EXPECT_EQ(warning_of(R"({"tokenize_chinese_chars": false})", 1000), "");
}

}  // namespace
}  // namespace roformer::text
