#include "roformer/text/row_settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "roformer/text/tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

RowSettings settings_of(const json& root, RowSettings row = {}) {
  apply_row_settings(root, "file.json", row);
  return row;
}

TEST(RowSettings, SayWhatTheKeysSay) {
  const RowSettings usual = settings_of(json::object());
  EXPECT_FALSE(usual.cut_at_begin || usual.pads_left);
  EXPECT_TRUE(usual.masks_padding);
  EXPECT_TRUE(settings_of({{"truncation_side", "left"}}).cut_at_begin);
  EXPECT_FALSE(settings_of({{"truncation_side", "right"}}, {.cut_at_begin = true}).cut_at_begin);
  EXPECT_TRUE(settings_of({{"truncation_side", nullptr}}, {.cut_at_begin = true}).cut_at_begin);
  EXPECT_TRUE(settings_of({{"padding_side", "left"}}).pads_left);
  EXPECT_FALSE(settings_of({{"model_input_names", {"input_ids"}}}).masks_padding);
  EXPECT_TRUE(settings_of({{"model_input_names", {"input_ids", "attention_mask"}}}).masks_padding);
  for (const char* key : {"truncation_side", "padding_side"})
    EXPECT_TRUE(tests::has_text(tests::error_message([&] {
                                  settings_of({{key, "middle"}});
                                }),
                                std::string("file.json: expected ") + key))
        << key;
}

std::vector<std::int32_t> cut(const Tokenizer& tokenizer, const char* text) {
  EncodeOptions options;
  options.max_length = 4;
  return tokenizer.encode(text, options).ids;
}

// Of a long text the last tokens stay, of two texts each one's; what is saved says so too.
TEST(RowSettings, TextsAreCutAtTheirBegin) {
  const tests::TestFolder folder;
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\n");
  folder.write("tokenizer_config.json",
               R"({"tokenizer_class": "BertTokenizer", "truncation_side": "left"})");
  const Tokenizer left = Tokenizer::load(folder.path());
  EXPECT_EQ(cut(left, "a b c d"), (std::vector<std::int32_t>{2, 7, 8, 3}));
  EXPECT_EQ(cut(left, "a"), (std::vector<std::int32_t>{2, 5, 3}));
  EncodeOptions options;
  options.max_length = 6;
  const Encoding pair = left.encode_pair("a b c", "b c d", options);
  EXPECT_EQ(pair.ids, (std::vector<std::int32_t>{2, 7, 3, 7, 8, 3}));
  EXPECT_EQ(pair.type_ids, (std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(pair.offsets[1], (Offset{4, 5}));
  options.max_length = 4;
  const auto windows = left.windows("a b c d", options, 1);  // as tokenizers' overflowing ones
  ASSERT_EQ(windows.size(), 3u);
  EXPECT_EQ(windows[0].ids, (std::vector<std::int32_t>{2, 7, 8, 3}));
  EXPECT_EQ(windows[1].ids, (std::vector<std::int32_t>{2, 6, 7, 3}));
  EXPECT_EQ(windows[2].ids, (std::vector<std::int32_t>{2, 5, 6, 3}));
  left.save(folder.path() / "saved");
  EXPECT_EQ(cut(Tokenizer::load(folder.path() / "saved"), "a b c d"), cut(left, "a b c d"));
}

// tokenizer.json's own direction holds where tokenizer_config.json names none.
TEST(RowSettings, TokenizerJsonHasADirection) {
  const tests::TestFolder folder;
  folder.write("tokenizer.json", R"({"truncation": {"direction": "Left", "max_length": 4,
    "strategy": "LongestFirst", "stride": 0}, "model": {"type": "WordPiece", "unk_token": "a",
    "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}},
    "pre_tokenizer": {"type": "BertPreTokenizer"}})");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})");
  EncodeOptions options;
  options.max_length = 2;
  options.add_special_tokens = false;
  EXPECT_EQ(Tokenizer::load(folder.path()).encode("b c d", options).ids,
            (std::vector<std::int32_t>{2, 3}));
  folder.write("tokenizer_config.json",
               R"({"tokenizer_class": "PreTrainedTokenizerFast", "truncation_side": "right"})");
  EXPECT_EQ(Tokenizer::load(folder.path()).encode("b c d", options).ids,
            (std::vector<std::int32_t>{1, 2}));
}

}  // namespace
}  // namespace roformer::text
