// normalizer and pre_tokenizer of tokenizer.json: what is read is written again, what is not supported
// is an error that names the field.
#include "roformer/text/tokenizer_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

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

}  // namespace
}  // namespace roformer::text
