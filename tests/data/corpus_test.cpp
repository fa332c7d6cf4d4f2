#include "roformer/data/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/base/test_files.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

int cache_files(const tests::TestFolder& folder, std::string_view prefix) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("cache"))) {
    count += entry.path().filename().string().starts_with(prefix);
  }
  return count;
}

TEST(CorpusTest, DocumentsAndSplit) {
  const tests::TestFolder folder;
  const Corpus corpus(tests::number_options(folder));
  EXPECT_EQ(corpus.tokens().num_documents(), 200);
  EXPECT_NEAR(static_cast<double>(corpus.documents(Split::validation).size()), 30, 18);  // 3.5 σ
  EXPECT_NEAR(static_cast<double>(corpus.documents(Split::test).size()), 10, 9);
  std::multiset<std::int64_t> all;
  std::int64_t tokens = 0;
  for (const Split split : {Split::training, Split::validation, Split::test}) {
    const auto& part = corpus.documents(split);
    EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
    all.insert(part.begin(), part.end());
    tokens += corpus.num_tokens(split);
  }
  std::multiset<std::int64_t> each;
  for (std::int64_t document = 0; document < 200; ++document) each.insert(document);
  EXPECT_EQ(all, each);  // none in two parts, none lost
  EXPECT_EQ(tokens, corpus.tokens().num_tokens());
  EXPECT_EQ(corpus.tokens().num_tokens(), 200 * 22);
  EXPECT_TRUE(tests::has_text(corpus.summary(), "200 documents")) << corpus.summary();
}

TEST(CorpusTest, SecondTimeFromTheCache) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const Corpus first(options);
  ASSERT_EQ(cache_files(folder, "tokens-"), 1);
  const auto same_time = std::filesystem::last_write_time(options.text[0]);
  // Same size and time: the cache is trusted, the text is not read again.
  auto changed = base::read_file(options.text[0]);
  changed[1] = changed[1] == '1' ? '2' : '1';
  folder.write("text.txt", changed);
  std::filesystem::last_write_time(options.text[0], same_time);
  EXPECT_EQ(Corpus(options).tokens().document(0), first.tokens().document(0));
  EXPECT_EQ(cache_files(folder, "tokens-"), 1);
  // Another time, another cache.
  std::filesystem::last_write_time(options.text[0], same_time + std::chrono::seconds(5));
  EXPECT_NE(Corpus(options).tokens().document(0), first.tokens().document(0));
  EXPECT_EQ(cache_files(folder, "tokens-"), 2);
}

TEST(CorpusTest, AnotherVocabularyAnotherCache) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder);
  const auto before = Corpus(options).tokens().document(0);
  folder.write("vocab.txt", tests::number_vocabulary(5));
  EXPECT_NE(Corpus(options).tokens().document(0), before);
  EXPECT_EQ(cache_files(folder, "tokens-"), 2);
}

TEST(CorpusTest, DamagedCacheIsMadeAgain) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const auto before = Corpus(options).tokens().document(3);
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("cache"))) {
    if (entry.file_size() > 100) std::filesystem::resize_file(entry.path(), 99);
  }
  EXPECT_EQ(Corpus(options).tokens().document(3), before);
}

TEST(CorpusTest, SplitDoesNotDependOnTheOtherDocuments) {
  const tests::TestFolder folder;
  const Corpus small(tests::number_options(folder, 100));
  const Corpus large(tests::number_options(folder, 200));
  std::vector<std::int64_t> beginning;
  for (const auto document : large.documents(Split::validation)) {
    if (document < 100) beginning.push_back(document);
  }
  EXPECT_EQ(beginning, small.documents(Split::validation));
}

TEST(CorpusTest, SomethingIsHeldOutAndSomethingLeft) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder, 2);
  options.validation_share = 1e-9;
  EXPECT_EQ(Corpus(options).documents(Split::validation), std::vector<std::int64_t>{1});
  options.validation_share = 0;
  EXPECT_TRUE(Corpus(options).documents(Split::validation).empty());
  options.validation_share = 0.999999;
  EXPECT_THROW(Corpus{options}, Error);
  options = tests::number_options(folder, 1);
  options.validation_share = 1e-9;
  EXPECT_TRUE(Corpus(options).documents(Split::validation).empty());
}

TEST(CorpusTest, TrainsAVocabularyOnTheTrainingDocuments) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder, 50);
  // Each document has a letter sequence of its own; those held out must leave no trace in the
  // vocabulary.
  std::string text;
  for (int d = 0; d < 60; ++d) {
    const std::string own(3, static_cast<char>('a' + d % 26));
    for (int i = 0; i < 20; ++i) text += "common" + own + std::to_string(d) + " ";
    text += "\n\n";
  }
  options.text = {folder.write("text.txt", text).string()};
  options.vocabulary = "";
  options.vocab_size = 200;
  const Corpus corpus(options);
  EXPECT_LE(corpus.tokenizer().vocabulary_size(), 200);
  EXPECT_GT(corpus.tokenizer().vocabulary_size(), 20);
  EXPECT_EQ(cache_files(folder, "vocabulary-"), 1);
  EXPECT_EQ(Corpus(options).tokenizer().vocabulary().tokens(),
            corpus.tokenizer().vocabulary().tokens());
  EXPECT_EQ(cache_files(folder, "vocabulary-"), 1);
  EXPECT_EQ(cache_files(folder, "tokens-"), 1);
  options.lower_case = false;
  EXPECT_FALSE(Corpus(options).tokenizer().facts().lower_cases);
}

// Documents of a word that no other has: whose words are in the vocabulary was learned from.
TEST(CorpusTest, AVocabularySeesNoHeldOutText) {
  const auto check = [](int count, double validation_share, double test_share) {
    const tests::TestFolder folder;
    auto options = tests::number_options(folder);
    std::string text;
    std::vector<std::string> own;
    for (int d = 0; d < count; ++d) {
      own.push_back(std::string("q") + static_cast<char>('a' + d / 26) +
                    static_cast<char>('a' + d % 26) + "z");
      for (int i = 0; i < 30; ++i) text += own.back() + (i % 7 == 6 ? "\n" : " ");
      text += "\n\n";
    }
    options.text = {folder.write("text.txt", text).string()};
    options.vocabulary = "";
    options.vocab_size = 4000;
    options.validation_share = validation_share;
    options.test_share = test_share;
    const Corpus corpus(options);
    const auto& words = corpus.tokenizer().vocabulary().tokens();
    std::array<std::size_t, 3> seen = {};
    for (const Split split : {Split::training, Split::validation, Split::test}) {
      for (const std::int64_t document : corpus.documents(split))
        seen[static_cast<std::size_t>(split)] +=
            std::find(words.begin(), words.end(), own[static_cast<std::size_t>(document)]) !=
            words.end();
    }
    EXPECT_EQ(seen, (std::array<std::size_t, 3>{corpus.documents(Split::training).size(), 0, 0}));
    EXPECT_FALSE(corpus.documents(Split::validation).empty());
    EXPECT_FALSE(corpus.documents(Split::test).empty());
  };
  check(120, 0.2, 0.2);
  check(5, 1e-9, 1e-9);  // too few for the hash: the last documents are given to the parts
}

TEST(CorpusTest, AnotherTestShareIsAnotherVocabularyAndTheSameTokens) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder);
  Corpus{options};
  options.test_share = 0.3;
  const Corpus corpus(options);
  EXPECT_GT(corpus.documents(Split::test).size(), 30u);
  EXPECT_EQ(cache_files(folder, "tokens-"), 1);
  options.vocabulary = "";
  options.vocab_size = 200;
  Corpus{options};
  options.test_share = 0.1;
  Corpus{options};
  EXPECT_EQ(cache_files(folder, "vocabulary-"), 2);
}

TEST(CorpusTest, PartsOfTheirOwnFiles) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder, 50);
  options.validation_text = {
      folder.write("validation.txt", tests::number_text(7, 20, 300)).string()};
  options.test_text = {folder.write("test.txt", tests::number_text(9, 10, 300)).string()};
  const Corpus corpus(options);
  EXPECT_EQ(corpus.documents(Split::training).size(), 50u);
  EXPECT_EQ(corpus.documents(Split::validation).size(), 7u);
  EXPECT_EQ(corpus.documents(Split::test).size(), 9u);
  EXPECT_EQ(corpus.tokens().num_documents(), 50);
  EXPECT_EQ(corpus.tokens(Split::test).num_documents(), 9);
  EXPECT_EQ(corpus.tokens(Split::validation).document(3), corpus.tokens().document(3));
  EXPECT_EQ(corpus.num_tokens(Split::test), corpus.tokens(Split::test).num_tokens());
  EXPECT_TRUE(tests::has_text(corpus.summary(), "7 more for validation, 9 more for test"))
      << corpus.summary();
  EXPECT_EQ(cache_files(folder, "tokens-"), 3);
  Corpus{options};
  EXPECT_EQ(cache_files(folder, "tokens-"), 3);
}

TEST(CorpusTest, ErrorsNameWhatIsMissing) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder);
  options.text = {folder.file("absent.txt").string()};
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { Corpus{options}; }), "absent.txt"));
  options.text = {folder.write("empty.txt", " \n\n").string()};
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { Corpus{options}; }), "no words"));
  options = tests::number_options(folder);
  options.cache = folder.write("file", "x") / "below";
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { Corpus{options}; }), "data.cache"));
}

std::vector<std::string> selected_texts(const TextSelection& selection) {
  const auto source = selection.open();
  std::vector<std::string> texts;
  for (documents::Paragraph paragraph; source->next(paragraph);)
    texts.push_back(std::to_string(paragraph.document) + " " + paragraph.text);
  return texts;
}

TEST(TextSelectionTest, FilesWithTheRuleOfTheOptions) {
  const tests::TestFolder folder;
  DataOptions options;
  options.text = {folder.write("a.txt", "one\ntwo\n\nthree\n").string()};
  options.block_size = 0;
  EXPECT_EQ(selected_texts(select_text(options)),
            (std::vector<std::string>{"0 one two", "1 three"}));
  options.document = documents::DocumentRule::line;
  EXPECT_EQ(selected_texts(select_text(options)),
            (std::vector<std::string>{"0 one", "1 two", "2 three"}));
  options.document = documents::DocumentRule::block;
  options.block_size = 1000;
  EXPECT_EQ(selected_texts(select_text(options)),
            (std::vector<std::string>{"0 one two", "0 three"}));
  EXPECT_FALSE(select_text(options).apt);
}

TEST(TextSelectionTest, ListsOfAptAreReadAsDescriptions) {
  const tests::TestFolder folder;
  TextSelection selection;
  selection.apt = true;
  selection.files = {folder.write("x_Translation-en", "Description-en: a\n What it does.\n")};
  EXPECT_EQ(selected_texts(selection), std::vector<std::string>{"0 What it does."});
}

TEST(TextSelectionTest, AFileThatIsMissingIsNamed) {
  const tests::TestFolder folder;
  DataOptions options;
  options.text = {folder.file("absent.txt").string()};
  const auto message = tests::error_message([&] { select_text(options); });
  EXPECT_TRUE(tests::has_text(message, "absent.txt")) << message;
}

}  // namespace
}  // namespace roformer::data
