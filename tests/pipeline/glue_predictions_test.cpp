#include "roformer/pipeline/glue_predictions.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "roformer/head/label_head.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using checkpoint::expect_error;
using labelled::glue_task;

std::shared_ptr<head::LabelHead> glue_head(const SmallCheckpoint& checkpoint,
                                           const std::vector<std::string>& labels) {
  model::HeadConfig head;
  head.labels = labels;
  head.num_labels = std::max<std::int64_t>(1, std::ssize(labels));
  head.problem_type = labels.empty() ? "regression" : "single_label_classification";
  torch::manual_seed(3);
  auto model = head::make_label_head(head::sequence_classifier(), checkpoint.config(), head);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    parameter.add_(0.3 * torch::randn_like(parameter));
  model->eval();
  return model;
}

Classify glue_classify(const SmallCheckpoint& checkpoint, const std::vector<std::string>& labels,
                       std::int64_t max_length = 0) {
  ClassifyOptions options;
  options.length = {.max_length = max_length, .stride = {}, .truncate = true};
  return {glue_head(checkpoint, labels), checkpoint.tokenizer(), options};
}

labelled::LabelledText pairs() {
  labelled::LabelledText text;
  text.files = {"test.tsv"};
  for (int row = 0; row < 9; ++row)
    text.examples.push_back({.text = row % 2 == 0 ? "the cat" : "a\tdog",
                             .text_pair = row % 3 == 0 ? "sat on a mat ." : "ran",
                             .line = row + 2});
  return text;
}

TEST(GluePredictions, OfEveryRowInItsOrder) {
  const SmallCheckpoint checkpoint("bert");
  const Classify classify = glue_classify(checkpoint, glue_task("MRPC").label_names);
  const auto text = pairs();
  std::int64_t done = 0;
  const auto found = predict_glue(classify, text, [&](std::int64_t rows) { done = rows; });
  EXPECT_EQ(done, 9);
  EXPECT_EQ(found.cut, 0);
  EXPECT_TRUE(found.scores.empty());
  ASSERT_EQ(found.labels.size(), 9u);
  for (std::size_t row = 0; row < 9; ++row) {
    const auto& example = text.examples[row];
    const std::vector<TextRow> one{{example.text, example.text_pair}};
    EXPECT_EQ(found.labels[row], static_cast<std::int64_t>(classify(TextRows{one}).at(0).best));
  }
}

TEST(GluePredictions, LongRowsAreCutAndCounted) {
  const SmallCheckpoint checkpoint("roformer");
  const auto found = predict_glue(glue_classify(checkpoint, {}, 8), pairs());
  EXPECT_EQ(found.scores.size(), 9u);
  EXPECT_EQ(found.cut, 3);
}

TEST(GluePredictions, ClassesAreGluesInGluesOrder) {
  const SmallCheckpoint checkpoint("bert");
  const auto require_fits = [&](const char* task, const std::vector<std::string>& labels) {
    require_glue_classes(glue_task(task), glue_classify(checkpoint, labels), "DIR");
  };
  require_fits("MRPC", {"not_equivalent", "equivalent"});
  require_fits("MRPC", {"0", "1"});
  require_fits("STS-B", {});
  expect_error({"DIR", "GLUE's order", "equivalent, not_equivalent", "--label-names"}, [&] {
    require_fits("MRPC", {"equivalent", "not_equivalent"});
  });
  expect_error({"3 classes of MNLI", "but got 2 (a, b)"}, [&] {
    require_fits("MNLI", {"a", "b"});
  });
  expect_error({"expected a classifier", "regression"}, [&] { require_fits("QNLI", {}); });
  expect_error({"expected a regression", "2 classes"}, [&] { require_fits("STS-B", {"a", "b"}); });
}

TEST(GluePredictions, AnswersThatAreNoNumbersNameFileAndLine) {
  const SmallCheckpoint checkpoint("bert");
  const auto model = glue_head(checkpoint, {"0", "1"});
  {
    const torch::NoGradGuard no_grad;
    model->parameters().back().fill_(std::numeric_limits<float>::quiet_NaN());
  }
  const Classify classify(model, checkpoint.tokenizer());
  expect_error({"test.tsv", "line 2"}, [&] { predict_glue(classify, pairs()); });
}

}  // namespace
}  // namespace roformer::pipeline
