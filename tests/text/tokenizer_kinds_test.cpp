// Bytes, templates of special tokens, vocabularies with gaps: what is compared with the published
// libraries in tests/parity/test_tokenizers.py, here without them.
#include "roformer/text/tokenizer_kinds.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/text/byte_tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;

class TokenizerKindsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("roformer-kinds-{}", ::getpid());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const char* name, std::string_view content) {
    base::write_file_atomically(folder_ / name, content);
  }

  fs::path folder_;
};

TEST_F(TokenizerKindsTest, BytesWithOffsetsAndBack) {
  byte_tokenizer().save(folder_);
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_EQ(tokenizer.vocabulary_size(), 259);
  const Encoding encoding = tokenizer.encode("a\xC3\xA9\xFF");
  EXPECT_EQ(encoding.ids, (std::vector<std::int32_t>{100, 198, 172, 258, 1}));
  EXPECT_EQ(encoding.offsets, (std::vector<Offset>{{0, 1}, {1, 2}, {1, 2}, {2, 3}, {0, 0}}));
  EXPECT_EQ(tokenizer.decode(encoding.ids, {.skip_special_tokens = true}), "a\xC3\xA9");
  EXPECT_EQ(tokenizer.special_tokens_before(), 0);
  EXPECT_EQ(tokenizer.special_tokens_after(), 1);
  EXPECT_THROW(tokenizer.mask_id(), Error);
  const auto windows = tokenizer.windows("abcd", {.max_length = 3}, 1);
  ASSERT_EQ(windows.size(), 3u);
  EXPECT_EQ(windows[2].ids, (std::vector<std::int32_t>{102, 103, 1}));
}

TEST_F(TokenizerKindsTest, EveryLineOfAVocabularyCounts) {
  write("vocab.txt", "[UNK]\n\na\nb \na\n\n");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_EQ(tokenizer.vocabulary_size(), 6);
  EXPECT_EQ(tokenizer.token_to_id("a"), 4);
  EXPECT_EQ(tokenizer.token_to_id("b"), 3);
  EXPECT_FALSE(tokenizer.vocabulary().holds(1));
  EXPECT_FALSE(tokenizer.vocabulary().holds(2));
  EXPECT_EQ(tokenizer.decode(std::vector<std::int32_t>{2, 4, 1}), "a");
}

TEST_F(TokenizerKindsTest, ATemplateIsReadAndWritten) {
  write("tokenizer.json", R"({"model":{"vocab":{"[UNK]":0,"x":1,"y":2}},
    "pre_tokenizer":{"type":"WhitespaceSplit"},
    "post_processor":{"type":"TemplateProcessing",
      "single":[{"Sequence":{"id":"A","type_id":3}},{"SpecialToken":{"id":"e","type_id":4}}],
      "pair":[{"SpecialToken":{"id":"e","type_id":0}},{"Sequence":{"id":"A","type_id":1}},
              {"Sequence":{"id":"B","type_id":2}}],
      "special_tokens":{"e":{"id":"e","ids":[2,1],"tokens":["y","x"]}}}})");
  Tokenizer::load(folder_).save(folder_ / "again");
  for (const fs::path& folder : {folder_, folder_ / "again"}) {
    const Tokenizer tokenizer = Tokenizer::load(folder);
    const Encoding one = tokenizer.encode("x");
    EXPECT_EQ(one.ids, (std::vector<std::int32_t>{1, 2, 1}));
    EXPECT_EQ(one.type_ids, (std::vector<std::int32_t>{3, 4, 4}));
    const Encoding two = tokenizer.encode_pair("x", "y x");
    EXPECT_EQ(two.ids, (std::vector<std::int32_t>{2, 1, 1, 2, 1}));
    EXPECT_EQ(two.type_ids, (std::vector<std::int32_t>{0, 0, 1, 2, 2}));
  }
}

TEST_F(TokenizerKindsTest, IdsWithoutARowAreErrors) {
  const auto load = [&](std::string_view json) {
    write("tokenizer.json", json);
    Tokenizer::load(folder_);
  };
  EXPECT_THROW(load(R"({"model":{"vocab":{"[UNK]":4000000000}}})"), Error);
  EXPECT_THROW(load(R"({"model":{"vocab":{"[UNK]":0},"max_input_chars_per_word":1e30}})"), Error);
  EXPECT_THROW(load(R"({"model":{"vocab":{"[UNK]":0},"max_input_chars_per_word":0}})"), Error);
  EXPECT_THROW(load(R"({"model":{"vocab":{"[UNK]":0}},"added_tokens":[{"id":7,"content":"x"}]})"),
               Error);
}

TEST(TokenizerFolder, AFolder) {
  const tests::TestFolder place;
  place.write("vocab.txt", "a\n");
  place.write("tokenizer_config.json", R"({"tokenizer_class": "Some"})");
  const TokenizerFolder folder(place.path());
  EXPECT_TRUE(folder.has("vocab.txt"));
  EXPECT_FALSE(folder.has("vocab.json"));
  EXPECT_TRUE(folder.file().empty());
  EXPECT_EQ(folder.path("x"), place.file("x"));
  EXPECT_EQ(folder.tokenizer_class(), "Some");
  EXPECT_EQ(folder.name(), place.path().string());
}

TEST(TokenizerFolder, AFileInIt) {
  const tests::TestFolder place;
  const auto file = place.write("vocab.txt", "a\n");
  const TokenizerFolder folder(file);
  EXPECT_EQ(folder.file(), file);
  EXPECT_FALSE(folder.has("vocab.txt"));  // one file was named, not the folder
  EXPECT_EQ(folder.path("x"), place.file("x"));
  EXPECT_TRUE(folder.settings().is_null());
  EXPECT_EQ(folder.tokenizer_class(), "");
}

TEST(TokenizerFolder, SettingsOfAnyForm) {
  const tests::TestFolder place;
  for (const char* text : {"[1]", "3", R"({"tokenizer_class": 3})", "{}"}) {
    place.write("tokenizer_config.json", text);
    EXPECT_EQ(TokenizerFolder(place.path()).tokenizer_class(), "") << text;
  }
  place.write("tokenizer_config.json", "{\n\"a\": }");
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { TokenizerFolder{place.path()}; }), "line 2"));
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { TokenizerFolder{place.file("absent")}; }),
                              "absent but there is nothing"));
}

}  // namespace
}  // namespace roformer::text
