#include "roformer/labelled/tag_corpus.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

class TagCorpusTest : public ::testing::Test {
 protected:
  LabelledOptions options(std::string_view training) const {
    LabelledOptions options;
    options.use = LabelUse::tags;
    options.train = {folder_.write("train.conll", training).string()};
    options.validation_share = options.test_share = 0;
    options.vocab_size = 60;
    options.cache = folder_.file("cache");
    return options;
  }
  tests::TestFolder folder_;
};

const char* const kSentences = "EU B-ORG\nrejects O\n\nPeter B-PER\nBlackburn I-PER\nsaid O\n";

TEST_F(TagCorpusTest, WordsHaveTheirTags) {
  const TagCorpus corpus(options(kSentences));
  EXPECT_EQ(corpus.label_names(), (std::vector<std::string>{"B-ORG", "B-PER", "I-PER", "O"}));
  EXPECT_EQ(corpus.tags(Split::training), (std::vector<std::int64_t>{0, 3, 1, 2, 3}));
  EXPECT_EQ(corpus.part(Split::training).num_examples(), 2);
  EXPECT_EQ(corpus.part(Split::validation).num_examples(), 0);
  EXPECT_EQ(corpus.words_of(Split::training, 1).begin, 2);
  const auto pieces = corpus.first_pieces(Split::training, 1);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0].token, 1);
  EXPECT_EQ(pieces[2].word, 4);
  EXPECT_EQ(corpus.unread_tag(), 3);
  EXPECT_TRUE(has_text(corpus.summary(), "2 sentences to learn from, tags of words B-ORG 1"))
      << corpus.summary();
}

TEST_F(TagCorpusTest, PartsOfOneFileHaveEachSentenceOnce) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "w" + std::to_string(i) + (i % 2 ? " O\n\n" : " B\n\n");
  auto shares = options(text);
  shares.validation_share = shares.test_share = 0.2;
  const TagCorpus corpus(shares);
  std::int64_t sentences = 0;
  for (const Split split : all_parts) {
    EXPECT_GT(corpus.part(split).num_examples(), 0);
    sentences += corpus.part(split).num_examples();
    EXPECT_EQ(std::ssize(corpus.tags(split)), corpus.part(split).num_examples());
  }
  EXPECT_EQ(sentences, 60);
}

TEST_F(TagCorpusTest, TagsOutsideTheSetAndTagsOfNoWordAreNamed) {
  auto of_own = options(kSentences);
  of_own.labels = {"O", "B-PER", "I-PER"};
  EXPECT_TRUE(
      has_text(error_message([&] { TagCorpus{of_own}; }), "train.conll:1: expected one of"));
  of_own.labels = {"O", "B-PER", "I-PER", "B-ORG", "B-LOC"};
  EXPECT_TRUE(has_text(error_message([&] { TagCorpus{of_own}; }), "none of 'B-LOC'"));
  of_own.validation = {folder_.write("dev.conll", "in O\nParis B-LOC\n").string()};
  EXPECT_TRUE(has_text(error_message([&] { TagCorpus{of_own}; }), "dev.conll:2 has it"));
  of_own.labels.clear();
  EXPECT_TRUE(has_text(error_message([&] { TagCorpus{of_own}; }), "dev.conll:2: expected one of"));
  EXPECT_TRUE(has_text(error_message([&] { TagCorpus{options("\n\n")}; }), "without any"));
  EXPECT_TRUE(has_text(error_message([&] { TagCorpus{options("a O\nb O\n")}; }), "two tags"));
  EXPECT_TRUE(has_text(error_message([] { TagCorpus{LabelledOptions{}}; }), "another use"));
}

TEST_F(TagCorpusTest, AFinishedModelReadsItsFilesAlone) {
  auto finished = options("");
  finished.train = {"absent.conll"};
  finished.test = {folder_.write("own.conll", "EU ORG\nrejects -\n").string()};
  finished.vocabulary =
      folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\neu\n").string();
  finished.model_labels = {"B-PER", "O", "B-ORG"};
  EXPECT_TRUE(
      has_text(error_message([&] { TagCorpus{finished}; }), "own.conll:1: expected one of"));
  finished.labels = {"PER", "-", "ORG"};
  const TagCorpus corpus(finished);
  EXPECT_EQ(corpus.label_names(), *finished.model_labels);
  EXPECT_EQ(corpus.tags(Split::test), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(corpus.unread_tag(), 1);
  EXPECT_TRUE(has_text(corpus.summary(), "1 sentences, tags of words PER 0, - 1, ORG 1"))
      << corpus.summary();
}

TEST_F(TagCorpusTest, WithoutOTheFirstTagIsTakenForWhatIsNotRead) {
  const TagCorpus corpus(options("a NN\nb VB\n"));
  EXPECT_EQ(corpus.label_names()[static_cast<std::size_t>(corpus.unread_tag())], "NN");
}

TEST_F(TagCorpusTest, FingerprintsTellWordsAndTagsApart) {
  const auto of = [&](const char* text, std::int64_t max_length = 128) {
    auto own = options(text);
    own.max_length = max_length;
    own.vocabulary =
        folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n.\n").string();
    return TagCorpus(own).fingerprint();
  };
  const auto first = of("a. B\nb O\na O\n");
  EXPECT_EQ(of("a. B\nb O\na O\n"), first);
  EXPECT_NE(of("a. B\nb B\na O\n"), first);
  EXPECT_NE(of("a B\n.b O\na O\n"), first);  // the same tokens in other words
  EXPECT_NE(of("a. B\nb O\na O\n", 4), first);
}

}  // namespace
}  // namespace roformer::labelled
