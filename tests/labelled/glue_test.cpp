#include "roformer/labelled/glue.h"

#include <set>

#include "roformer/labelled/groups.h"
#include "roformer/labelled/label_set.h"
#include "tests/data/compressed.h"
#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

using GlueMetrics = std::vector<GlueMetric>;

TEST(LabelledGlue, Tasks) {
  EXPECT_EQ(glue_task("mnli").name, "MNLI");
  EXPECT_EQ(glue_task("MNLI").labels,
            (std::vector<std::string>{"entailment", "neutral", "contradiction"}));
  EXPECT_EQ(glue_task("QNLI").label_names,
            (std::vector<std::string>{"entailment", "not_entailment"}));
  EXPECT_EQ(glue_task("MRPC").metrics, (GlueMetrics{GlueMetric::f1, GlueMetric::accuracy}));
  EXPECT_EQ(glue_task("QQP").metrics[0], GlueMetric::f1);
  EXPECT_EQ(glue_task("STS-B").metrics, (GlueMetrics{GlueMetric::spearman, GlueMetric::pearson}));
  EXPECT_TRUE(glue_task("STS-B").is_regression);
  EXPECT_STREQ(glue_metric_name(GlueMetric::spearman), "spearman");
  EXPECT_EQ(tests::error_message([] { glue_task("SST2"); }),
            "[labelled] expected a task of GLUE (MRPC, SST-2, QNLI, STS-B, QQP, MNLI) but got "
            "'SST2', did you mean 'SST-2'?");
  EXPECT_NE(tests::error_message([] { glue_task("CoLA"); }), "no error");
}

TEST(LabelledGlue, FilesOfAFolder) {
  const tests::TestFolder folder;
  const GlueTask task = glue_task("QNLI"), mnli = glue_task("MNLI");
  EXPECT_EQ(tests::error_message([&] { find_glue_files(task, folder.path()); }),
            "[labelled] expected GLUE's files of QNLI (train.tsv, dev.tsv, …) in the folder " +
                folder.path().string() +
                " or in QNLI there but found none: --set data.folder=DIR names another one");
  folder.write("QNLI/dev.tsv.xz", "");
  folder.write("QNLI/train_sample.tsv.gz", "");
  folder.write("QNLI/dev_sample.tsv", "");  // the whole one goes before it
  const GlueFiles files = find_glue_files(task, folder.path());
  ASSERT_TRUE(files.training && files.validation);
  EXPECT_TRUE(files.training->is_sample);
  EXPECT_FALSE(files.validation->is_sample);
  EXPECT_EQ(files.validation->path, folder.file("QNLI/dev.tsv.xz"));
  EXPECT_FALSE(files.test.has_value());
  EXPECT_EQ(files.describe(task), "train.tsv is a sample, dev.tsv, test.tsv is not there");
  EXPECT_EQ(find_glue_files(task, folder.file("QNLI")).validation->path, files.validation->path);

  folder.write("dev_mismatched_sample.tsv", "");
  folder.write("dev_matched.tsv", "");
  const GlueFiles two = find_glue_files(mnli, folder.path());
  EXPECT_TRUE(two.validation && two.validation_mismatched->is_sample && !two.training);
  EXPECT_EQ(two.describe(mnli),
            "train.tsv is not there, dev_matched.tsv, dev_mismatched.tsv is a sample, "
            "test_matched.tsv is not there, test_mismatched.tsv is not there");
}

TEST(LabelledGlue, QuestionsConnectByIdsElseByTexts) {
  const tests::TestFolder folder;
  const GlueTask task = glue_task("QQP");
  const auto with_ids = folder.write("train.tsv",
                                     "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
                                     "0\t1\t2\ta\tb\t0\n1\t3\t2\tc\td\t1\n"
                                     "2\t4\t5\tcut\n in two\t1\n");
  const LabelledText text = read_glue_file(task, with_ids);
  ASSERT_EQ(text.examples.size(), 2u);
  EXPECT_EQ(text.skipped.count, 2);
  EXPECT_EQ(text.skipped.first, with_ids.string() + ":4");
  EXPECT_EQ(text.examples[1].group_pair, "2");
  const auto without =
      folder.write("dev.tsv", "question1\tquestion2\tis_duplicate\na\tb\t0\nc\tb\t1\nd\te\t1\n");
  const auto groups = group_hashes(read_glue_file(task, without));
  EXPECT_EQ(groups[0], groups[1]);
  EXPECT_NE(groups[0], groups[2]);
  const auto test = folder.write("test.tsv", "id\tquestion1\tquestion2\n0\ta\tb\n");
  EXPECT_EQ(read_glue_test_file(task, test).examples.at(0).label, "");
  // Of the other tasks a broken line is an error.
  EXPECT_TRUE(tests::has_text(tests::error_message([&] {
                                read_glue_file(glue_task("SST-2"),
                                               folder.write("t.tsv", "sentence\tlabel\nx\n"));
                              }),
                              "t.tsv:2: expected 2 fields"));
}

// Predictions go by the number of a row.
TEST(LabelledGlue, ATestFileHasEveryRowInItsPlace) {
  const tests::TestFolder folder;
  const auto refusal = [&](const char* task, const std::string& rows) {
    const auto file = folder.write("test.tsv", rows);
    return tests::error_message([&] { read_glue_test_file(glue_task(task), file); });
  };
  EXPECT_EQ(refusal("SST-2", "index\tsentence\n0\ta\n1\tb\n"), "no error");
  const std::string moved = refusal("SST-2", "index\tsentence\n0\ta\n2\tb\n");
  EXPECT_TRUE(tests::has_text(moved, "test.tsv:3: expected the row of index 1 but got 2")) << moved;
  const std::string torn = refusal("QQP", "id\tquestion1\tquestion2\n0\ta\n in two\tb\n");
  EXPECT_TRUE(tests::has_text(torn, "test.tsv:2: expected 3 fields")) << torn;
}

struct GlueCounts {
  const char* task;
  const char* part;
  std::int64_t rows;
  std::vector<std::int64_t> labels;
};

// The numbers that the folders' README files give.
TEST(LabelledGlue, TheRealFiles) {
  const auto folder = tests::glue_folder();
  if (folder.empty()) GTEST_SKIP() << "no ../shared/data/glue: GLUE's real files are NOT tested";
  const GlueCounts counts[] = {
      {"MRPC", "train", 3668, {1194, 2474}},     {"MRPC", "dev", 408, {129, 279}},
      {"SST-2", "train", 67349, {29780, 37569}}, {"SST-2", "dev", 872, {428, 444}},
      {"QNLI", "dev", 5463, {2702, 2761}},       {"QQP", "train", 23497, {14750, 8747}},
      {"MNLI", "dev", 9815, {3479, 3123, 3213}}, {"MNLI", "train", 20000, {}},
      {"MNLI", "mismatched", 1000, {}}};
  for (const auto& [name, part, rows, labels] : counts) {
    const GlueTask task = glue_task(name);
    const GlueFiles files = find_glue_files(task, folder);
    const auto& file = std::string_view(part) == "train" ? files.training
                       : std::string_view(part) == "dev" ? files.validation
                                                         : files.validation_mismatched;
    ASSERT_TRUE(file.has_value()) << name << " " << part;
    const LabelledText text = read_glue_file(task, file->path);
    EXPECT_EQ(std::ssize(text.examples), rows) << name << " " << part;
    EXPECT_EQ(text.skipped.count, 0);
    const LabelSet set(task.labels);
    const auto found = count_labels(label_numbers(text, set), set);
    if (!labels.empty()) {
      EXPECT_EQ(found, labels) << name << " " << part;
    }
  }
}

TEST(LabelledGlue, TheRealScoresAndTests) {
  const auto folder = tests::glue_folder();
  if (folder.empty()) GTEST_SKIP() << "no ../shared/data/glue: GLUE's real files are NOT tested";
  const GlueTask similarity = glue_task("STS-B");
  const GlueFiles files = find_glue_files(similarity, folder);
  const auto scores = label_scores(read_glue_file(similarity, files.training->path));
  EXPECT_EQ(scores.size(), 5749u);
  EXPECT_EQ(*std::min_element(scores.begin(), scores.end()), 0);
  EXPECT_EQ(*std::max_element(scores.begin(), scores.end()), 5);
  EXPECT_EQ(read_glue_file(similarity, files.validation->path).examples.size(), 1500u);
  for (const auto& [name, rows] :
       {std::pair{"MRPC", 1725}, {"SST-2", 1821}, {"QNLI", 5463}, {"STS-B", 1379}}) {
    const GlueTask task = glue_task(name);
    EXPECT_EQ(
        std::ssize(read_glue_test_file(task, find_glue_files(task, folder).test->path).examples),
        rows)
        << name;
  }
}

TEST(LabelledGlue, RealGroupsDoNotLeak) {
  const auto folder = tests::glue_folder();
  if (folder.empty()) GTEST_SKIP() << "no ../shared/data/glue: GLUE's real files are NOT tested";
  const GlueTask task = glue_task("QQP");
  const LabelledText text = read_glue_file(task, find_glue_files(task, folder).training->path);
  const auto parts = parts_by_group(group_hashes(text), {.validation = 0.1, .test = 0.1});
  std::array<std::set<std::string>, 3> questions;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto& own = questions[static_cast<std::size_t>(parts[i])];
    own.insert(text.examples[i].group);
    own.insert(text.examples[i].group_pair);
  }
  std::size_t all = 0;
  std::set<std::string> together;
  for (const auto& own : questions) {
    all += own.size();
    together.insert(own.begin(), own.end());
    EXPECT_GT(own.size(), 1000u);
  }
  EXPECT_EQ(together.size(), all);
}

}  // namespace
}  // namespace roformer::labelled
