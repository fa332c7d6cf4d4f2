// Parts of tokenizer.json: what is read is written again, what is not supported is an error that names
// the field.
#include "roformer/text/tokenizer_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <typename Parse, typename Make>
json read_and_written(const json& part, const Parse& parse, const Make& make) {
  TokenizerConfig config;
  parse(part, "tokenizer.json", config);
  return json(make(config));
}

json normalizer_again(const json& part) {
  return read_and_written(part, parse_normalizer, make_normalizer);
}
json pre_tokenizer_again(const json& part) {
  return read_and_written(part, parse_pre_tokenizer, make_pre_tokenizer);
}

std::string message(const std::function<void()>& action) {
  return tests::error_message(action);
}

TEST(NormalizerJson, ThereAndBack) {
  const json steps = json::parse(R"({"type": "Sequence", "normalizers": [
      {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKC"}, {"type": "NFKD"}, {"type": "Lowercase"},
      {"type": "StripAccents"}, {"type": "Strip", "strip_left": true, "strip_right": false},
      {"type": "Replace", "pattern": {"String": "a"}, "content": "b"},
      {"type": "Prepend", "prepend": "x"},
      {"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": true,
       "strip_accents": null, "lowercase": false}]})");
  EXPECT_EQ(normalizer_again(steps), steps);
  const json bert = json::parse(R"({"type": "BertNormalizer", "clean_text": true,
      "handle_chinese_chars": false, "strip_accents": true, "lowercase": true})");
  EXPECT_EQ(normalizer_again(bert), bert);
  EXPECT_EQ(normalizer_again(nullptr), nullptr);
}

TEST(NormalizerJson, ASequenceIsFlat) {
  const json nested = json::parse(R"({"type": "Sequence", "normalizers": [
      {"type": "Sequence", "normalizers": [{"type": "NFC"}]}, {"type": "NFD"}]})");
  EXPECT_EQ(normalizer_again(nested)["normalizers"],
            json::parse(R"([{"type": "NFC"}, {"type": "NFD"}])"));
  json deep = json::parse(R"({"type": "NFC"})");
  for (int i = 0; i < 20; ++i) deep = {{"type", "Sequence"}, {"normalizers", {deep}}};
  EXPECT_TRUE(tests::has_text(message([&] { normalizer_again(deep); }), "list of normalizers"));
}

TEST(NormalizerJson, Refusals) {
  const auto refusal = [](const char* text) {
    return message([&] { normalizer_again(json::parse(text)); });
  };
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "Nmt"})"), "normalizer: Nmt is not supported"));
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "Replace", "pattern": {"Regex": "a"}})"),
                              "tokenizer.json: normalizer: Replace"));
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "Replace", "pattern": {"String": ""}})"),
                              "expected Replace to have a pattern"));
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "Sequence", "normalizers": [
      {"type": "BertNormalizer"}, {"type": "BertNormalizer"}]})"),
                              "one BertNormalizer at most"));
  EXPECT_TRUE(tests::has_text(refusal("3"), "normalizer: expected an object with a type"));
}

TEST(PreTokenizerJson, ThereAndBack) {
  const json steps = json::parse(R"({"type": "Sequence", "pretokenizers": [
      {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "BertPreTokenizer"},
      {"type": "Punctuation", "behavior": "MergedWithNext"},
      {"type": "Digits", "individual_digits": true}, {"type": "Digits", "individual_digits": false},
      {"type": "Split", "pattern": {"String": "ab"}, "behavior": "Contiguous", "invert": true},
      {"type": "Split", "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": false}]})");
  EXPECT_EQ(pre_tokenizer_again(steps), steps);
  EXPECT_EQ(pre_tokenizer_again({{"type", "BertPreTokenizer"}}),
            json({{"type", "BertPreTokenizer"}}));
  EXPECT_EQ(pre_tokenizer_again(nullptr), nullptr);
  EXPECT_EQ(pre_tokenizer_again(json::parse(R"({"type": "CharDelimiterSplit", "delimiter": "-"})")),
            json::parse(R"({"type": "Sequence", "pretokenizers": [{"type": "Split",
                "pattern": {"String": "-"}, "behavior": "Removed", "invert": false}]})"));
}

TEST(PreTokenizerJson, Refusals) {
  const auto refusal = [](const char* text) {
    return message([&] { pre_tokenizer_again(json::parse(text)); });
  };
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "Metaspace"})"),
                              "pre_tokenizer: Metaspace is not supported"));
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "Punctuation", "behavior": "Odd"})"), "'Odd'"));
  EXPECT_TRUE(tests::has_text(refusal(R"({"type": "CharDelimiterSplit", "delimiter": "ab"})"),
                              "one character but got 'ab'"));
  EXPECT_TRUE(tests::has_text(
      refusal(R"({"type": "Split", "pattern": {"Regex": "a+"}, "behavior": "Isolated"})"),
      "Split"));
}

class PostProcessorJson : public ::testing::Test {
 protected:
  TokenizerConfig read(const json& part) const {
    TokenizerConfig config;
    parse_post_processor(part, "tokenizer.json", vocabulary_, config);
    return config;
  }
  const Vocabulary vocabulary_{{"[UNK]", "<s>", "</s>"}};
};

TEST_F(PostProcessorJson, BertsFormNamesTwoTokens) {
  const json part = json::parse(R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "</s>", "type_id": 0}}],
      "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "</s>", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
               {"SpecialToken": {"id": "</s>", "type_id": 1}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]},
                         "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}})");
  const TokenizerConfig config = read(part);
  EXPECT_EQ(config.cls_token, "<s>");
  EXPECT_EQ(config.sep_token, "</s>");
  EXPECT_FALSE(config.post_processor.has_value());
  EXPECT_EQ(json(make_post_processor(vocabulary_, config)), part);
}

TEST_F(PostProcessorJson, BertProcessing) {
  const auto config =
      read(json::parse(R"({"type": "BertProcessing", "cls": ["<s>", 1], "sep": ["</s>", 2]})"));
  EXPECT_EQ(config.cls_token, "<s>");
  EXPECT_EQ(config.sep_token, "</s>");
  EXPECT_TRUE(tests::has_text(
      message([&] {
        read(json::parse(R"({"type": "BertProcessing", "cls": ["<s>", 2], "sep": ["</s>", 2]})"));
      }),
      "expected '<s>' to have the id 1 but got 2"));
}

TEST_F(PostProcessorJson, NothingAround) {
  const auto config = read(nullptr);
  ASSERT_TRUE(config.post_processor.has_value());
  EXPECT_EQ(config.post_processor->single.size(), 1u);
  EXPECT_EQ(config.post_processor->pair.back().type_id, 1);
  EXPECT_EQ(json(make_post_processor(vocabulary_, config)), nullptr);
}

TEST_F(PostProcessorJson, Refusals) {
  EXPECT_TRUE(tests::has_text(message([&] { read(json::parse(R"({"type": "ByteLevel"})")); }),
                              "post_processor: ByteLevel is not supported"));
  EXPECT_TRUE(tests::has_text(
      message([&] { read(json::parse(R"({"type": "Sequence", "processors": []})")); }),
      "a Sequence of one processor"));
}

TEST(DecoderJson, ThereAndBack) {
  for (const json& part :
       {json::parse(R"({"type": "WordPiece", "prefix": "@", "cleanup": false})"), json(nullptr)}) {
    EXPECT_EQ(read_and_written(part, parse_decoder, make_decoder), part);
  }
  TokenizerConfig config;
  EXPECT_TRUE(tests::has_text(message([&] {
                                parse_decoder({{"type", "BPEDecoder"}}, "tokenizer.json", config);
                              }),
                              "decoder: BPEDecoder is not supported"));
}

}  // namespace
}  // namespace roformer::text
