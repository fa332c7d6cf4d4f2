// post_processor and decoder of tokenizer.json: what is read is written again, what is not supported is
// an error that names the field.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "roformer/text/tokenizer_json.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

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
      tests::error_message([&] {
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
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { read(json::parse(R"({"type": "ByteLevel"})")); }),
                      "post_processor: ByteLevel is not supported"));
  EXPECT_TRUE(tests::has_text(
      tests::error_message([&] { read(json::parse(R"({"type": "Sequence", "processors": []})")); }),
      "a Sequence of one processor"));
}

TEST_F(PostProcessorJson, OtherTemplatesStayAsTheyAre) {
  const json part = json::parse(R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 2}}, {"SpecialToken": {"id": "<s>", "type_id": 1}},
               {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1, 2], "tokens": ["<s>", "<s>"]}}})");
  const TokenizerConfig config = read(part);
  EXPECT_EQ(config.cls_token, "[CLS]");  // no form of BERT's, which would name tokens
  ASSERT_TRUE(config.post_processor.has_value());
  EXPECT_EQ(config.post_processor->single[0].ids, (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(config.post_processor->pair[0].type_id, 2);
  EXPECT_EQ(json(make_post_processor(vocabulary_, config)), part);
  json twice = part;
  twice["pair"][2]["Sequence"]["id"] = "A";
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read(twice); }), "pair has 'AA'"));
  json unknown = part;
  unknown["special_tokens"] = json::object();
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read(unknown); }),
                              "expected '<s>' among its special_tokens"));
}

TEST(DecoderJson, ThereAndBack) {
  for (const json& part :
       {json::parse(R"({"type": "WordPiece", "prefix": "@", "cleanup": false})"), json(nullptr)}) {
    TokenizerConfig config;
    parse_decoder(part, "tokenizer.json", config);
    EXPECT_EQ(json(make_decoder(config)), part);
  }
  TokenizerConfig config;
  EXPECT_TRUE(tests::has_text(tests::error_message([&] {
                                parse_decoder({{"type", "BPEDecoder"}}, "tokenizer.json", config);
                              }),
                              "decoder: BPEDecoder is not supported"));
}

}  // namespace
}  // namespace roformer::text
