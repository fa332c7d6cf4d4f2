// RoFormer's tokenizer class, by its files.
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "roformer/text/tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

// The tokenizer of a vocabulary, and what was logged while it was loaded.
std::pair<Tokenizer, std::string> load_words(const tests::TestFolder& folder,
                                             std::string_view vocabulary) {
  folder.write("vocab.txt", vocabulary);
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  spdlog::set_default_logger(before);
  return {tokenizer, log.str()};
}

constexpr const char* kClass = R"({"tokenizer_class": "RoFormerTokenizer"})";

TEST(RoFormerWords, ChineseIsCutIntoCharacters) {
  const tests::TestFolder folder;
  folder.write("tokenizer_config.json",
               R"({"tokenizer_class": "RoFormerTokenizer", "tokenize_chinese_chars": false})");
  const auto [tokenizer, log] =
      load_words(folder, "[UNK]\n[CLS]\n[SEP]\n\xE4\xB8\xAD\n\xE6\x96\x87\n");
  EXPECT_EQ(tokenizer.encode("\xE4\xB8\xAD\xE6\x96\x87").ids,
            (std::vector<std::int32_t>{1, 3, 4, 2}));
  EXPECT_EQ(log, "");
}

TEST(RoFormerWords, AVocabularyOfWordsIsWarnedOf) {
  const tests::TestFolder folder;
  folder.write("tokenizer_config.json", kClass);
  const auto [tokenizer, log] =
      load_words(folder, "[UNK]\n\xE4\xB8\xAD\n\xE4\xB8\xAD\xE6\x96\x87\n");
  EXPECT_TRUE(tests::has_text(log, "vocab.txt: RoFormerTokenizer cuts Chinese into the words"))
      << log;
  // One word in more than a hundred tokens makes no vocabulary of words.
  std::string many = "[UNK]\n\xE4\xB8\xAD\xE6\x96\x87\n";
  for (int i = 0; i < 200; ++i) many += "w" + std::to_string(i) + "\n";
  EXPECT_EQ(load_words(folder, many).second, "");
}

TEST(RoFormerWords, OtherClassesAreLeftAsTheyAre) {
  const tests::TestFolder folder;
  folder.write("tokenizer_config.json", R"({"tokenize_chinese_chars": false})");
  const auto [tokenizer, log] =
      load_words(folder, "[UNK]\n\xE4\xB8\xAD\n\xE4\xB8\xAD\xE6\x96\x87\n");
  EXPECT_EQ(log, "");
  EXPECT_EQ(tokenizer.encode("\xE4\xB8\xAD\xE6\x96\x87", {.add_special_tokens = false}).ids,
            std::vector<std::int32_t>{2});
}

}  // namespace
}  // namespace roformer::text
