#include "roformer/parallel/parallel_text.h"

#include <gtest/gtest.h>

#include "roformer/base/hash.h"
#include "roformer/unicode/utf8.h"
#include "tests/parallel/parallel_test_files.h"

namespace roformer::parallel {
namespace {

text::Tokenizer find_tokenizer(const ParallelOptions& options) {
  return find_subword_tokenizer(options, ParallelText(options), 1);
}

ParallelOptions options_with_codes(const tests::TestFolder& folder) {
  auto options = tests::number_pairs(folder, 2);
  folder.write("text.en", "ab ab c\n");
  folder.write("text.de", "ab d\n");
  options.source = {folder.file("text.en").string()};
  options.target = {folder.file("text.de").string()};
  options.validation_share = options.test_share = 0;
  options.codes = folder.write("codes", "#version: 0.2\na b</w>\n").string();
  return options;
}

TEST(ParallelVocabularyTest, UnitsOfTheTrainingTextByFrequency) {
  const tests::TestFolder folder;
  const auto tokenizer = find_tokenizer(options_with_codes(folder));
  // </s>, <unk>, ab (3 times), c and d (once each, in their order), <pad>.
  EXPECT_EQ(tokenizer.vocabulary().tokens(),
            (std::vector<std::string>{"</s>", "<unk>", "ab", "c", "d", "<pad>"}));
}

TEST(ParallelVocabularyTest, GivenUnitsFromAThresholdOn) {
  const tests::TestFolder folder;
  auto options = options_with_codes(folder);
  options.vocabulary = folder.write("units", "ab 9\nc 5\nd 4\n").string();
  options.vocabulary_threshold = 5;
  EXPECT_EQ(find_tokenizer(options).vocabulary().tokens(),
            (std::vector<std::string>{"</s>", "<unk>", "ab", "c", "<pad>"}));
  options.vocabulary_threshold = 10;
  const auto message = tests::error_message([&] { find_tokenizer(options); });
  EXPECT_TRUE(tests::has_text(message, "a count of 10 or more but got none")) << message;
}

TEST(ParallelVocabularyTest, ATrainedOneIsKeptAndFoundAgain) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder);
  const auto trained = find_tokenizer(options);
  std::filesystem::path kept;
  for (const auto& entry : std::filesystem::directory_iterator(options.cache)) kept = entry.path();
  ASSERT_TRUE(kept.filename().string().starts_with("subwords-")) << kept;
  const auto written = std::filesystem::last_write_time(kept / "vocab.json");
  EXPECT_EQ(find_tokenizer(options).fingerprint(), trained.fingerprint());
  EXPECT_EQ(std::filesystem::last_write_time(kept / "vocab.json"), written);

  options.vocab_size = 100;  // another one beside it
  EXPECT_EQ(find_tokenizer(options).vocabulary_size(), 100);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(options.cache), {}), 2);
}

TEST(ParallelVocabularyTest, HeldOutPairsTeachNothing) {
  const tests::TestFolder folder;
  auto options = options_with_codes(folder);
  options.validation_share = options.test_share = 0.25;
  std::string source, target;
  std::vector<std::string> expected = {"</s>", "<unk>"};  // then a character a line, by code point
  for (char32_t code = 0x4E00; code < 0x4E00 + 100; ++code) {
    std::string line;
    unicode::append_utf8(code, line);
    source += line + "\n";
    target += line + "\n";
    if (split_of(base::hash_bytes(line), options) == data::Split::training)
      expected.push_back(line);
  }
  expected.push_back("<pad>");
  folder.write("text.en", source);
  folder.write("text.de", target);
  EXPECT_EQ(find_tokenizer(options).vocabulary().tokens(), expected);
  EXPECT_LT(expected.size(), 80u);
}

TEST(ParallelVocabularyTest, NothingToLearnFromNamesTheKeys) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder);
  folder.write("text.en", "\n\n");
  folder.write("text.de", "\n\n");
  const auto message = tests::error_message([&] { find_tokenizer(options); });
  EXPECT_TRUE(tests::has_text(message, "data.source")) << message;
}

TEST(ParallelVocabularyTest, AMissingVocabularyIsNamed) {
  const tests::TestFolder folder;
  auto options = tests::number_pairs(folder);
  options.vocabulary = folder.file("absent").string();
  const auto message = tests::error_message([&] { find_tokenizer(options); });
  EXPECT_TRUE(tests::has_text(message, "data.vocabulary") && tests::has_text(message, "absent"))
      << message;
}

}  // namespace
}  // namespace roformer::parallel
