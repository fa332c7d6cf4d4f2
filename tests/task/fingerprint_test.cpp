#include "roformer/task/fingerprint.h"

#include <gtest/gtest.h>

#include "tests/data/test_corpus.h"
#include "tests/parallel/parallel_test_files.h"

namespace roformer::task {
namespace {

std::string of_documents(const std::vector<std::vector<std::int32_t>>& documents) {
  Fingerprint fingerprint;
  for (const auto& ids : documents) fingerprint.add(ids);
  return fingerprint.text();
}

TEST(Fingerprint, OrderBordersAndIdsCount) {
  EXPECT_EQ(of_documents({{1, 2}, {3}}).size(), 16u);
  EXPECT_EQ(of_documents({{1, 2}, {3}}), of_documents({{1, 2}, {3}}));
  EXPECT_NE(of_documents({{1, 2}, {3}}), of_documents({{1}, {2, 3}}));
  EXPECT_NE(of_documents({{1, 2}}), of_documents({{2, 1}}));
  EXPECT_NE(of_documents({{1}}), of_documents({{1}, {}}));
}

TEST(Fingerprint, WiderIdsAreTheSameNumbers) {
  Fingerprint narrow, wide;
  narrow.add(std::vector<std::int32_t>{7, 8});
  wide.add(std::vector<std::int64_t>{7, 8});
  EXPECT_EQ(narrow.text(), wide.text());
}

TEST(Fingerprint, TextAndVocabularyCountAndFileNamesDoNot) {
  const tests::TestFolder one, two, other_text, other_words;
  const auto of_corpus = [](const data::DataOptions& options) {
    return fingerprint_of(data::Corpus(options, 1));
  };
  const std::string expected = of_corpus(tests::number_options(one));
  auto renamed = tests::number_options(two);
  renamed.text = {two.write("renamed.txt", tests::number_text(200, 20, 300)).string()};
  EXPECT_EQ(of_corpus(renamed), expected);
  EXPECT_NE(of_corpus(tests::number_options(other_text, 200, 21)), expected);
  auto words = tests::number_options(other_words);
  words.vocabulary = other_words.write("vocab.txt", tests::number_vocabulary(301)).string();
  EXPECT_NE(of_corpus(words), expected);
}

TEST(Fingerprint, WhereAPartOfItsOwnFilesBeginsCounts) {
  const tests::TestFolder folder;
  const auto of_parts = [&](const std::string& training, const std::string& validation,
                            const std::string& vocabulary) {
    auto options = tests::number_options(folder);
    options.text = {folder.write("text.txt", training).string()};
    options.validation_text = {folder.write("validation.txt", validation).string()};
    options.test_share = 0;
    if (!vocabulary.empty()) options.vocabulary = vocabulary;
    return vocabulary.empty() ? fingerprint_of(data::Corpus(options, 1))
                              : fingerprint_of(*data::open_token_stream(options, 1));
  };
  EXPECT_NE(of_parts("w1 w2\n\nw3\n", "w4\n", ""), of_parts("w1 w2\n", "w3\n\nw4\n", ""));
  EXPECT_NE(of_parts("ab", "cd", data::byte_vocabulary),
            of_parts("a", "bcd", data::byte_vocabulary));
}

TEST(Fingerprint, TheTestPartCounts) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder);
  const auto before = fingerprint_of(data::Corpus(options, 1));
  options.test_text = {folder.write("test.txt", "w1 w2\n").string()};
  const auto own = fingerprint_of(data::Corpus(options, 1));
  EXPECT_NE(own, before);
  options.test_text = {folder.write("other.txt", "w1 w3\n").string()};
  EXPECT_NE(fingerprint_of(data::Corpus(options, 1)), own);
}

TEST(Fingerprint, AllThreePartsOfBytesCount) {
  const tests::TestFolder folder;
  std::string text(1000, 'a');
  const auto of_text = [&] {
    data::DataOptions options;
    options.text = {folder.write("text.txt", text).string()};
    options.vocabulary = data::byte_vocabulary;
    options.validation_share = options.test_share = 0.1;
    return fingerprint_of(*data::open_token_stream(options));
  };
  const std::string expected = of_text();
  for (const std::size_t place : {0u, 850u, 950u}) {
    text[place] = 'b';
    EXPECT_NE(of_text(), expected) << place;
    text[place] = 'a';
  }
  EXPECT_EQ(of_text(), expected);
}

}  // namespace
}  // namespace roformer::task
