#include "roformer/text/tokenizer_settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

TEST(TokenizerSettings, LaidOverAConfiguration) {
  TokenizerConfig config;
  config.normalizer.strip_accents = true;
  apply_tokenizer_config(json::parse(R"({"do_lower_case": false, "strip_accents": null,
      "tokenize_chinese_chars": false, "model_max_length": 128,
      "tokenizer_class": "BertTokenizerFast"})"),
                         "f.json", config);
  EXPECT_FALSE(config.normalizer.lowercase || config.normalizer.tokenize_chinese_chars);
  EXPECT_EQ(config.normalizer.strip_accents, std::nullopt);
  EXPECT_EQ(config.model_max_length, 128);
  EXPECT_EQ(config.tokenizer_class, "BertTokenizerFast");
}

TEST(TokenizerSettings, WhatIsWrittenReadsBack) {
  TokenizerConfig config, again;
  config.normalizer = {.tokenize_chinese_chars = false, .strip_accents = true, .lowercase = false};
  config.sep_token = "<e>";
  config.model_max_length = 77;
  config.added_tokens = {{.content = "[UNK]"}, {.content = "[CLS]"}, {.content = "<e>"}};
  config.pad_token = config.mask_token = "";
  const auto written = make_tokenizer_config(config);
  EXPECT_EQ(written["tokenizer_class"], "BertTokenizer");
  EXPECT_EQ(written["sep_token"], "<e>");
  EXPECT_TRUE(written["mask_token"].is_null());
  apply_tokenizer_config(json(written), "f.json", again);
  EXPECT_EQ(again.normalizer.strip_accents, std::optional(true));
  EXPECT_FALSE(again.normalizer.lowercase || again.normalizer.tokenize_chinese_chars);
  EXPECT_EQ(again.model_max_length, 77);
}

// BertTokenizer would look for [MASK], which stands in this configuration's vocabulary alone.
TEST(TokenizerSettings, WhatIsNotLookedForStaysSo) {
  TokenizerConfig config;
  config.added_tokens = {{.content = "[UNK]"}, {.content = "[CLS]"}, {.content = "[SEP]"}};
  const auto written = make_tokenizer_config(config);
  EXPECT_EQ(written["tokenizer_class"], "PreTrainedTokenizerFast");
  EXPECT_EQ(written["cls_token"], "[CLS]");
  EXPECT_TRUE(written["mask_token"].is_null());
}

TEST(TokenizerSettings, ErrorsNameFileAndKey) {
  TokenizerConfig config;
  const auto message = [&](const char* text) {
    return tests::error_message(
        [&] { apply_tokenizer_config(json::parse(text), "f.json", config); });
  };
  EXPECT_TRUE(tests::has_text(message("[]"), "f.json: expected a JSON object"));
  EXPECT_TRUE(tests::has_text(message(R"({"strip_accents": 3})"), "f.json: key strip_accents"));
}

}  // namespace
}  // namespace roformer::text
