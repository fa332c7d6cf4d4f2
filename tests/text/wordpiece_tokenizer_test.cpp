// The files that a WordPiece tokenizer is read from and saved to.
#include "roformer/text/wordpiece_tokenizer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/random.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;

class WordPieceFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("roformer-tokenizer-{}", ::getpid());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const char* name, std::string_view content) {
    base::write_file_atomically(folder_ / name, content);
  }
  std::string message() {
    try {
      Tokenizer::load(folder_);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }

  fs::path folder_;
};

TokenizerConfig config_in(const fs::path& folder_or_file) {
  return read_wordpiece_files(TokenizerFolder(folder_or_file)).config;
}

TEST_F(WordPieceFilesTest, SavedFilesGiveTheSameTokenizer) {
  TokenizerConfig config;
  config.normalizer = {.tokenize_chinese_chars = false, .strip_accents = false, .lowercase = false};
  config.mask_token = "<mask>";
  config.model_max_length = 77;
  config.added_tokens = {
      {.content = "new", .special = false, .normalized = true, .single_word = true}};
  const Tokenizer tokenizer = wordpiece_tokenizer(
      Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "<mask>", "\"q\\", "##\xC3\xA9", "new"}),
      config);
  tokenizer.save(folder_ / "out");
  for (const char* name : {"", "tokenizer.json", "vocab.txt"}) {
    const Tokenizer again = Tokenizer::load(folder_ / "out" / name);
    EXPECT_EQ(again.vocabulary().tokens(), tokenizer.vocabulary().tokens());
    EXPECT_EQ(again.mask_id(), 4);
    const TokenizerConfig read = config_in(folder_ / "out" / name);
    EXPECT_EQ(read.model_max_length, 77);
    EXPECT_FALSE(read.normalizer.lowercase);
    EXPECT_FALSE(read.normalizer.tokenize_chinese_chars);
    EXPECT_EQ(read.normalizer.strip_accents, std::optional(false));
  }
  EXPECT_TRUE(config_in(folder_ / "out" / "tokenizer.json").added_tokens.back().normalized);
}

TEST_F(WordPieceFilesTest, VocabularyFilesWithAndWithoutALastLineFeed) {
  write("vocab.txt", "[UNK]\r\na\nb");
  EXPECT_EQ(Tokenizer::load(folder_).vocabulary().tokens(),
            (std::vector<std::string>{"[UNK]", "a", "b"}));
  EXPECT_EQ(Tokenizer::load(folder_ / "vocab.txt").vocabulary_size(), 3);
}

TEST_F(WordPieceFilesTest, ErrorsNameFileAndLine) {
  EXPECT_NE(message().find("none of them"), std::string::npos);
  write("vocab.txt", "");
  EXPECT_NE(message().find("empty"), std::string::npos);
  write("vocab.txt", "a\nb\n");
  EXPECT_NE(message().find("'[UNK]'"), std::string::npos) << message();
  write("vocab.txt", "[UNK]\n\xFF\n");
  EXPECT_NE(message().find("vocab.txt:2"), std::string::npos) << message();
  write("vocab.txt", "[UNK]\n");
  write("tokenizer_config.json", "{\n\"do_lower_case\": maybe}");
  EXPECT_NE(message().find("line 2"), std::string::npos) << message();
  write("tokenizer_config.json", "{\"do_lower_case\": \"yes\"}");
  EXPECT_NE(message().find("do_lower_case"), std::string::npos) << message();
  EXPECT_THROW(Tokenizer::load(folder_ / "absent"), Error);
}

TEST_F(WordPieceFilesTest, TokenizerJsonErrorsNameTheKey) {
  const auto error_of = [&](std::string_view json) {
    write("tokenizer.json", json);
    return message();
  };
  EXPECT_NE(error_of("{}").find("model"), std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"type":"BPE","vocab":{}}})").find("WordPiece"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"vocab":{}}})").find("empty"), std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"vocab":{"[UNK]":0,"a":99999}}})").find("'a'"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"vocab":{"[UNK]":0,"a":0}}})").find("each once"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"vocab":{"a":0}}})").find("[UNK]"), std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"vocab":{"[UNK]":0}},"normalizer":{"type":"Nmt"}})")
                .find("BertNormalizer"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"model":{"vocab":{"[UNK]":0}},"added_tokens":[{"id":5,"content":"x"}]})")
                .find("'x'"),
            std::string::npos);
  EXPECT_EQ(error_of(R"({"model":{"vocab":{"[UNK]":0}},"added_tokens":[{"id":1,"content":"x"}]})"),
            "");
}

TEST_F(WordPieceFilesTest, DamagedFilesGiveAnErrorOrATokenizer) {
  wordpiece_tokenizer(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"}))
      .save(folder_);
  const std::string json = base::read_file(folder_ / "tokenizer.json");
  int errors = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    std::string damaged = json;
    if (i % 2 == 0) damaged.resize(base::uniform_below(i, 0, json.size()));
    if (i % 2 == 1)
      damaged[base::uniform_below(i, 1, json.size())] =
          static_cast<char>(base::uniform_below(i, 2, 256));
    try {
      std::ofstream(folder_ / "tokenizer.json", std::ios::binary) << damaged;
      read_wordpiece_files(TokenizerFolder(folder_));
    } catch (const Error&) {
      ++errors;
    }
  }
  EXPECT_GE(errors, 200);  // every cut file, many of the others
}

}  // namespace
}  // namespace roformer::text
