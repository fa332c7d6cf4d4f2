#include "roformer/pipeline/classify.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "roformer/checkpoint/save.h"
#include "roformer/head/label_head.h"
#include "roformer/model/pooler.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using checkpoint::expect_error;

std::shared_ptr<head::LabelHead> small_head(const SmallCheckpoint& checkpoint, std::int64_t labels,
                                            const std::string& problem = "") {
  model::HeadConfig head;
  head.num_labels = labels;
  head.problem_type = problem;
  torch::manual_seed(3);
  auto model = head::make_label_head(head::sequence_classifier(), checkpoint.config(), head);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    parameter.add_(0.2 * torch::randn_like(parameter));
  model->eval();
  return model;
}

const std::vector<std::string> kRows{"the cat", "the\tcat sat on a mat", "", "dog ran ."};

// A batch gives what each row alone gives, and what the head itself gives.
TEST(Classify, RowsTogetherAreRowsAlone) {
  for (const char* family : {"roformer", "bert"}) {
    const SmallCheckpoint checkpoint(family);
    const auto model = small_head(checkpoint, 3);
    const Classify classify(model, checkpoint.tokenizer());
    const auto together = classify({kRows, 1});
    for (std::size_t i = 0; i < kRows.size(); ++i) {
      const std::vector<std::string> one{kRows[i]};
      const auto alone = classify({one, 1}).at(0);
      ASSERT_EQ(alone.probabilities.size(), 3u);
      double sum = 0;
      for (std::size_t label = 0; label < 3; ++label) {
        EXPECT_NEAR(together[i].probabilities[label], alone.probabilities[label], 1e-6);
        sum += alone.probabilities[label];
      }
      EXPECT_NEAR(sum, 1, 1e-6);
      EXPECT_EQ(together[i].best, alone.best);
    }
    const torch::NoGradGuard no_grad;
    const auto ids = checkpoint.tokenizer().encode("the cat").ids;
    const auto row = torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end())).unsqueeze(0);
    const auto batch = packed::pack({.input_ids = row}).batch;
    const torch::Tensor first = model->encoder()->forward(batch).slice(0, 0, 1);  // of all layers
    const torch::Tensor probabilities = model->logits(first, 0).softmax(-1);
    for (std::size_t label = 0; label < 3; ++label)
      EXPECT_NEAR(together[0].probabilities[label],
                  probabilities[0][static_cast<std::int64_t>(label)].item<double>(), 1e-6);
  }
}

TEST(Classify, NamesAreTheModelsOrGiven) {
  const SmallCheckpoint checkpoint("roformer");
  const auto model = small_head(checkpoint, 2);
  EXPECT_EQ(Classify(model, checkpoint.tokenizer()).label_names(),
            (std::vector<std::string>{"LABEL_0", "LABEL_1"}));
  ClassifyOptions options;
  options.label_names = {"no", "yes"};
  EXPECT_EQ(Classify(model, checkpoint.tokenizer(), options).label_names(), options.label_names);
  options.label_names = {"no"};
  expect_error({"2 names", "1"}, [&] { Classify(model, checkpoint.tokenizer(), options); });
}

TEST(Classify, ARegressionGivesANumber) {
  const SmallCheckpoint checkpoint("bert");
  const Classify classify(small_head(checkpoint, 1, "regression"), checkpoint.tokenizer());
  EXPECT_TRUE(classify.is_regression());
  const auto answers = classify({kRows, 1});
  EXPECT_TRUE(answers[0].probabilities.empty());
  EXPECT_NE(answers[0].score, answers[1].score);
}

TEST(Classify, OtherFoldersAreRefusedByTheirClass) {
  const SmallCheckpoint checkpoint("bert");
  expect_error({"BertForSequenceClassification", "BertForMaskedLM"},
               [&] { open_classify(LabelFolder(checkpoint.folder())); });
  const auto model = small_head(checkpoint, 2, "multi_label_classification");
  checkpoint::save_model(*model,
                         {.encoder = checkpoint.config(),
                          .head = model->head_config(),
                          .architecture = "BertForSequenceClassification",
                          .source = {}},
                         checkpoint.folder());
  expect_error({"multi_label_classification"},
               [&] { open_classify(LabelFolder(checkpoint.folder())); });
}

TEST(Classify, AnswersThatAreNoNumbersNameTheirLine) {
  const SmallCheckpoint checkpoint("roformer");
  const auto model = small_head(checkpoint, 2);
  {
    const torch::NoGradGuard no_grad;
    model->parameters().back().fill_(std::numeric_limits<float>::quiet_NaN());
  }
  const Classify classify(model, checkpoint.tokenizer());
  expect_error({"line 7"}, [&] { classify({kRows, 7}); });
}

}  // namespace
}  // namespace roformer::pipeline
