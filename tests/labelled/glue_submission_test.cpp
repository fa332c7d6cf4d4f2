#include "roformer/labelled/glue_submission.h"

#include <gtest/gtest.h>

#include <limits>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using LabelNumbers = std::vector<std::int64_t>;
using Scores = std::vector<double>;

TEST(LabelledGlueSubmission, Names) {
  for (const char* name : {"MRPC", "SST-2", "QNLI", "STS-B", "QQP"})
    EXPECT_EQ(glue_submission_name(glue_task(name)), std::string(name) + ".tsv");
  EXPECT_EQ(glue_submission_name(glue_task("MNLI")), "MNLI-m.tsv");
  EXPECT_EQ(glue_submission_name(glue_task("MNLI"), true), "MNLI-mm.tsv");
  EXPECT_EQ(tests::error_message([] { glue_submission_name(glue_task("QQP"), true); }),
            "[labelled] expected a task with a mismatched part but got QQP");
}

TEST(LabelledGlueSubmission, Predictions) {
  EXPECT_EQ(glue_submission(glue_task("MRPC"), LabelNumbers{1, 0}),
            "index\tprediction\n0\t1\n1\t0\n");
  EXPECT_EQ(glue_submission(glue_task("MNLI"), LabelNumbers{2, 0}),
            "index\tprediction\n0\tcontradiction\n1\tentailment\n");
  EXPECT_EQ(glue_submission(glue_task("STS-B"), Scores{-0.1, 2.34567, 5.2, -0.0}),
            "index\tprediction\n0\t0.000\n1\t2.346\n2\t5.000\n3\t0.000\n");
  EXPECT_EQ(glue_submission(glue_task("QQP"), LabelNumbers{}), "index\tprediction\n");
}

TEST(LabelledGlueSubmission, PredictionsThatAreNone) {
  EXPECT_EQ(tests::error_message([] {
              glue_submission(glue_task("QNLI"), LabelNumbers{0, 2});
            }),
            "[labelled] QNLI, row 1: expected a label's number below 2 but got 2");
  EXPECT_NE(tests::error_message([] { glue_submission(glue_task("QNLI"), LabelNumbers{-1}); }),
            "no error");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(tests::error_message([&] {
              glue_submission(glue_task("STS-B"), Scores{1, nan});
            }),
            "[labelled] STS-B, row 1: expected a finite score but got nan");
  EXPECT_NE(tests::error_message([] { glue_submission(glue_task("STS-B"), LabelNumbers{1}); }),
            "no error");
  EXPECT_NE(tests::error_message([] { glue_submission(glue_task("QQP"), Scores{1}); }), "no error");
}

TEST(LabelledGlueSubmission, AFileInAFolder) {
  const tests::TestFolder folder;
  const auto file = write_glue_submission(folder.path(), glue_task("MNLI"), LabelNumbers{1}, true);
  EXPECT_EQ(file, folder.file("MNLI-mm.tsv"));
  EXPECT_EQ(base::read_file(file), "index\tprediction\n0\tneutral\n");
}

}  // namespace
}  // namespace roformer::labelled
