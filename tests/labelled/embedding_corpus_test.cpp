#include "roformer/labelled/embedding_corpus.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

class EmbeddingCorpusTest : public ::testing::Test {
 protected:
  LabelledOptions options(const std::string& loss, std::string_view train,
                          std::string_view validation) const {
    LabelledOptions options;
    options.use = LabelUse::embeddings;
    options.embedding.loss = loss;
    options.label.clear();
    options.train = {folder_.write("train.tsv", train).string()};
    options.validation = {folder_.write("dev.tsv", validation).string()};
    options.validation_share = options.test_share = 0;
    options.vocabulary =
        folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n").string();
    return options;
  }
  tests::TestFolder folder_;
};

TEST_F(EmbeddingCorpusTest, TrainingFilesNeedWhatTheLossReadsAlone) {
  auto simcse = options("simcse", "text\na\nb\n", "text\tpair\tscore\na\tb\t1.5\n");
  simcse.text_pair = "pair";
  simcse.label = "score";
  const EmbeddingCorpus corpus(simcse);
  EXPECT_FALSE(corpus.has_pairs(Split::training));
  EXPECT_EQ(corpus.part(Split::training).num_rows(), 4);  // each text twice
  EXPECT_TRUE(corpus.has_pairs(Split::validation));
  EXPECT_EQ(corpus.labels(Split::validation), (std::vector<double>{1.5}));
  EXPECT_TRUE(corpus.labels(Split::training).empty());
}

TEST_F(EmbeddingCorpusTest, TripletsHaveThreeRows) {
  auto triplets =
      options("in_batch", "text\tpair\tother\na\tb\tc\n", "text\tpair\tother\na\tb\tc\n");
  triplets.text_pair = "pair";
  triplets.negative = "other";
  const EmbeddingCorpus corpus(triplets);
  EXPECT_EQ(corpus.rows_of_example(Split::training), 3);
  EXPECT_EQ(corpus.part(Split::validation).ids(2)[1], 7);  // c
}

TEST_F(EmbeddingCorpusTest, AnEmptyTextIsNamed) {
  const char* good = "text\tpair\tother\na\tb\tc\n";
  const auto message = [&](const char* train, const char* validation) {
    auto triplets = options("in_batch", train, validation);
    triplets.text_pair = "pair";
    triplets.negative = "other";
    return error_message([&] { EmbeddingCorpus{triplets}; });
  };
  const auto with_row = [&](const char* row) { return std::string(good) + row; };
  EXPECT_TRUE(has_text(message(with_row("\tb\tc\n").c_str(), good),
                       "train.tsv:3: expected a text under 'text' but got an empty one"));
  EXPECT_TRUE(has_text(message(with_row("a\t \tc\n").c_str(), good),
                       "train.tsv:3: expected a text under 'pair'"));
  EXPECT_TRUE(has_text(message(good, with_row("a\tb\t\n").c_str()),
                       "dev.tsv:3: expected a text under 'other'"));
  // A column that is not read may have holes.
  auto alone = options("simcse", "text\tpair\na\t\n", "text\tpair\na\tb\n");
  alone.text_pair = "pair";
  EXPECT_EQ(EmbeddingCorpus(alone).part(Split::training).num_rows(), 2);
}

TEST_F(EmbeddingCorpusTest, LabelsOfCosinesHaveARange) {
  auto pairs = options("cosine", "text\tpair\tscore\na\tb\t5\n", "text\tpair\tscore\na\tb\t6\n");
  pairs.text_pair = "pair";
  pairs.label = "score";
  pairs.embedding.largest_label = 5;
  const auto message = error_message([&] { EmbeddingCorpus{pairs}; });
  EXPECT_TRUE(has_text(message, "dev.tsv:2: expected a label from 0 to task.largest_label, 5"))
      << message;
  pairs.embedding.loss = "cosent";
  EXPECT_EQ(EmbeddingCorpus{pairs}.labels(Split::validation), (std::vector<double>{6}));
}

TEST_F(EmbeddingCorpusTest, AColumnThatTheLossNeedsIsAskedFor) {
  const char* rows = "text\tpair\tscore\na\tb\t5\n";
  for (const auto& [loss, word] : {std::pair{"in_batch", "data.text_pair"},
                                   {"sim", "data.text_pair"},
                                   {"cosent", "data.text_pair"}})
    EXPECT_TRUE(has_text(
        error_message([&, loss = loss] { EmbeddingCorpus{options(loss, rows, rows)}; }), word));
  auto negative = options("cosent", rows, rows);
  negative.text_pair = "pair";
  negative.label = "score";
  negative.negative = "pair";
  EXPECT_TRUE(has_text(error_message([&] { EmbeddingCorpus{negative}; }), "data.negative"));
}

}  // namespace
}  // namespace roformer::labelled
