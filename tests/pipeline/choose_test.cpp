#include "roformer/pipeline/choose.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/head/label_head.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using checkpoint::expect_error;

std::shared_ptr<head::LabelHead> small_choice(const SmallCheckpoint& checkpoint,
                                              const char* summary = "first") {
  model::HeadConfig head;
  head.summary.type = summary;
  torch::manual_seed(3);
  auto model = head::make_label_head(head::multiple_choice(), checkpoint.config(), head);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    parameter.add_(0.2 * torch::randn_like(parameter));
  model->eval();
  return model;
}

TEST(Choose, LinesTogetherAreLinesAlone) {
  const std::vector<std::string> lines{"the cat\tsat\tran on a mat\tdog", "dog\t\tcat"};
  for (const char* family : {"roformer", "bert"}) {
    const SmallCheckpoint checkpoint(family);
    const Choose choose(small_choice(checkpoint), checkpoint.tokenizer());
    const auto together = choose({lines, 1});
    ASSERT_EQ(together.size(), 2u);
    EXPECT_EQ(together[0].probabilities.size(), 3u);
    EXPECT_EQ(together[1].probabilities.size(), 2u);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::vector<std::string> one{lines[i]};
      const auto alone = choose({one, 1}).at(0);
      double sum = 0;
      for (std::size_t choice = 0; choice < alone.probabilities.size(); ++choice) {
        EXPECT_NEAR(together[i].probabilities[choice], alone.probabilities[choice], 1e-6);
        sum += alone.probabilities[choice];
      }
      EXPECT_NEAR(sum, 1, 1e-9);
      EXPECT_EQ(together[i].best, alone.best);
    }
  }
}

TEST(Choose, LinesWithoutTwoChoicesAreNamed) {
  const SmallCheckpoint checkpoint("roformer");
  const Choose choose(small_choice(checkpoint), checkpoint.tokenizer());
  const std::vector<std::string> lines{"the\tcat\tsat", "the cat\tsat"};
  expect_error({"line 8"}, [&] { choose({lines, 7}); });
}

TEST(Choose, HeadsThatReadPaddingAreRefused) {
  const SmallCheckpoint checkpoint("roformer");
  expect_error({"summary_type"},
               [&] { Choose(small_choice(checkpoint, "last"), checkpoint.tokenizer()); });
}

}  // namespace
}  // namespace roformer::pipeline
