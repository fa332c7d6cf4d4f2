#include "roformer/text/tokenizer_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

TEST(TokenizerJson, TheModelsKeys) {
  const auto files = parse_tokenizer_json(json::parse(R"({"model": {"type": "WordPiece",
      "unk_token": "<u>", "continuing_subword_prefix": "@", "max_input_chars_per_word": 9,
      "vocab": {"b": 2, "<u>": 0}}})"),
                                          "f.json");
  EXPECT_EQ(files.vocabulary.tokens(), (std::vector<std::string>{"<u>", "", "b"}));
  EXPECT_EQ(files.config.unk_token, "<u>");
  EXPECT_EQ(files.config.continuing_prefix, "@");
  EXPECT_EQ(files.config.max_word_length, 9);
  EXPECT_EQ(files.config.source, "f.json");
  EXPECT_TRUE(files.config.normalizer_steps && files.config.normalizer_steps->empty());
}

TEST(TokenizerJson, WrittenWithoutWhatWasAppended) {
  const Vocabulary vocabulary = Vocabulary::with_gaps({"[UNK]", std::nullopt, "a", "new"});
  TokenizerConfig config;
  config.added_tokens = {{.content = "new", .id = 3, .appended = true},
                         {.content = "[UNK]", .id = 0}};
  const auto written = json::parse(make_tokenizer_json(vocabulary, config).dump());
  EXPECT_EQ(written["model"]["vocab"], (json{{"[UNK]", 0}, {"a", 2}}));
  ASSERT_EQ(written["added_tokens"].size(), 2u);
  EXPECT_EQ(written["added_tokens"][0]["content"], "[UNK]");  // by id
  EXPECT_EQ(written["truncation"], nullptr);
  const auto again = parse_tokenizer_json(written, "f.json");
  EXPECT_EQ(again.vocabulary.tokens(), (std::vector<std::string>{"[UNK]", "", "a"}));
  EXPECT_EQ(again.config.added_tokens[1].id, 3);
}

TEST(TokenizerJson, FilesThatAreNoJson) {
  const tests::TestFolder folder;
  const auto file = folder.write("tokenizer.json", "{\n\n\"a\": }");
  const auto message = tests::error_message([&] { read_json_file(file); });
  EXPECT_TRUE(tests::has_text(message, "tokenizer.json") && tests::has_text(message, "line 3"))
      << message;
}

}  // namespace
}  // namespace roformer::text
