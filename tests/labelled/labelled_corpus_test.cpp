#include "roformer/labelled/labelled_corpus.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;
using Labels = std::vector<std::string>;

// Of a finished model: there are no training rows.
class FinishedModelTest : public ::testing::Test {
 protected:
  LabelledOptions options(std::string_view rows, const Labels& labels) const {
    LabelledOptions options;
    options.test = {folder_.write("rows.tsv", rows).string()};
    options.train = options.validation = {"absent.tsv"};
    options.vocabulary =
        folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n").string();
    options.model_labels = labels;
    return options;
  }
  static std::string refusal(const LabelledOptions& options) {
    return error_message([&] { LabelledCorpus{options}; });
  }
  tests::TestFolder folder_;
};

TEST_F(FinishedModelTest, LabelsAreTheModelsInItsOrder) {
  const LabelledCorpus corpus(options("text\tlabel\na\tyes\nb\tno\na b\tyes\n", {"yes", "no"}));
  EXPECT_EQ(corpus.label_names(), (Labels{"yes", "no"}));
  EXPECT_EQ(corpus.classes(Split::test), (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_EQ(corpus.part(Split::test).num_examples(), 3);
  for (const Split split : {Split::training, Split::validation})
    EXPECT_EQ(corpus.part(split).num_examples(), 0);
  EXPECT_TRUE(has_text(corpus.summary(), "3 rows, labels yes 2, no 1 (")) << corpus.summary();
}

TEST_F(FinishedModelTest, ALabelThatItDoesNotKnowIsNamed) {
  const auto message = refusal(options("text\tlabel\na\tyes\nb\tnoo\n", {"yes", "no"}));
  EXPECT_TRUE(has_text(message, "rows.tsv:3: expected one of the labels yes, no but got 'noo'"))
      << message;
}

TEST_F(FinishedModelTest, FilesMayHaveOtherNamesInTheModelsOrder) {
  auto renamed = options("text\tlabel\na\t1\nb\t0\n", {"yes", "no"});
  renamed.labels = {"0", "1"};
  const LabelledCorpus corpus(renamed);
  EXPECT_EQ(corpus.label_names(), (Labels{"yes", "no"}));
  EXPECT_EQ(corpus.classes(Split::test), (std::vector<std::int64_t>{1, 0}));
  for (const Labels& wrong : {Labels{"no", "yes"}, Labels{"0", "yes"}, Labels{"0", "1", "2"}}) {
    renamed.labels = wrong;
    const auto message = refusal(renamed);
    EXPECT_TRUE(has_text(message, "for the model's labels, yes, no, in their order")) << message;
  }
}

TEST_F(FinishedModelTest, NumbersHaveNoLabels) {
  auto numbers = options("text\tlabel\na\t1.5\nb\t-2\n", {});
  numbers.use = LabelUse::numbers;
  const LabelledCorpus corpus(numbers);
  EXPECT_EQ(corpus.numbers(Split::test), (std::vector<double>{1.5, -2}));
  EXPECT_TRUE(corpus.label_names().empty());
}

TEST_F(FinishedModelTest, FilesOfGluesTasksHaveItsColumnsAndLabels) {
  auto glue = options("question1\tquestion2\tis_duplicate\na\tb\t1\n", {});
  glue.test.push_back(
      folder_.write("more.tsv", "is_duplicate\tquestion1\tquestion2\n0\ta\ta\n").string());
  glue.glue = "QQP";
  glue.folder = "absent";
  glue.model_labels = glue_task("QQP").label_names;
  const LabelledCorpus corpus(glue);
  EXPECT_EQ(corpus.label_names(), (Labels{"not_duplicate", "duplicate"}));
  EXPECT_EQ(corpus.classes(Split::test), (std::vector<std::int64_t>{1, 0}));
  EXPECT_TRUE(has_text(corpus.summary(), "QQP: 2 rows, labels 0 1, 1 1 (")) << corpus.summary();
}

}  // namespace
}  // namespace roformer::labelled
