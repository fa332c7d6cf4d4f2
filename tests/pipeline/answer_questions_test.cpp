#include "roformer/pipeline/answer_questions.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "roformer/checkpoint/save.h"
#include "roformer/head/label_head.h"
#include "roformer/pipeline/uses.h"
#include "roformer/unicode/utf8.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using checkpoint::expect_error;

std::shared_ptr<head::LabelHead> small_answerer(const SmallCheckpoint& checkpoint) {
  torch::manual_seed(5);
  auto model = head::make_label_head(head::question_answering(), checkpoint.config(), {});
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    parameter.add_(0.3 * torch::randn_like(parameter));
  model->eval();
  return model;
}

void save_answerer(const SmallCheckpoint& checkpoint, head::LabelHead& model) {
  checkpoint::save_model(
      model,
      {.encoder = checkpoint.config(),
       .head = model.head_config(),
       .architecture = head::class_name(head::question_answering(), checkpoint.config().model_type),
       .source = {}},
      checkpoint.folder());
}

const std::vector<std::string> kAsked{"the cat\ta dog ran on a mat .",
                                      "dog\tthe cat sat on a mat . a dog ran on the mat . the cats",
                                      " \tthe 😀 cats"};

TEST(AnswerQuestions, LinesTogetherAreLinesAlone) {
  for (const char* family : {"roformer", "bert"}) {
    const SmallCheckpoint checkpoint(family);
    const AnswerQuestions answer(small_answerer(checkpoint), checkpoint.tokenizer());
    const auto together = answer({kAsked, 1});
    for (std::size_t i = 0; i < kAsked.size(); ++i) {
      const std::vector<std::string> one{kAsked[i]};
      const auto alone = answer({one, 1}).at(0);
      EXPECT_EQ(together[i].text, alone.text);
      EXPECT_EQ(together[i].begin, alone.begin);
      EXPECT_NEAR(together[i].score, alone.score, 1e-6);
      EXPECT_EQ(alone.end - alone.begin, unicode::count_code_points(alone.text));
      EXPECT_GT(alone.score, 0);
      EXPECT_LE(alone.score, 1);
    }
  }
}

TEST(AnswerQuestions, AnswersAreAsLongAsTheyMayBe) {
  const SmallCheckpoint checkpoint("bert");
  QuestionOptions options;
  options.max_answer_length = 1;
  const AnswerQuestions answer(small_answerer(checkpoint), checkpoint.tokenizer(), options);
  for (const TextAnswer& found : answer({kAsked, 1}))
    EXPECT_EQ(found.text.find(' '), found.text.npos) << found.text;
}

TEST(AnswerQuestions, ThereMayBeNone) {
  const SmallCheckpoint checkpoint("roformer");
  const auto model = small_answerer(checkpoint);
  QuestionOptions options;
  options.may_be_none = true;
  const AnswerQuestions answer(model, checkpoint.tokenizer(), options);
  const std::vector<std::string> lines{"the\tthe"};  // the best of one, or [CLS]
  const auto found = answer({lines, 1}).at(0);
  const auto sure = AnswerQuestions(model, checkpoint.tokenizer())({lines, 1}).at(0);
  EXPECT_EQ(sure.text, "the");
  EXPECT_EQ(found.text.empty(), found.score > sure.score);
  if (found.text.empty()) {
    EXPECT_EQ(found.begin, 0);
    EXPECT_EQ(found.end, 0);
  }
}

TEST(AnswerQuestions, LinesWithoutAnAnswerNameTheirNumber) {
  const SmallCheckpoint checkpoint("bert");
  const auto model = small_answerer(checkpoint);
  const AnswerQuestions answer(model, checkpoint.tokenizer());
  const auto refused = [&](const std::string& line, const char* message) {
    const std::vector<std::string> lines{line};
    EXPECT_THROW(answer({lines, 7}), LineError);
    expect_error({"line 7", message}, [&] { answer({lines, 7}); });
  };
  refused("the cat", "no tab");
  refused("the cat\t", "no token");
  refused("the cat sat on a mat the cat sat\tthe cat sat on a mat the cat sat on a mat",
          "it leaves");
  {
    const torch::NoGradGuard no_grad;
    model->parameters().back().fill_(std::numeric_limits<float>::quiet_NaN());
  }
  expect_error({"line 9"}, [&] { answer({kAsked, 9}); });
}

TEST(AnswerQuestions, LengthsMakeSense) {
  const SmallCheckpoint checkpoint("bert");
  const auto make = [&](std::int64_t max_length, std::optional<std::int64_t> stride,
                        bool truncate) {
    QuestionOptions options;
    options.length.max_length = max_length;
    options.length.stride = stride;
    options.length.truncate = truncate;
    AnswerQuestions(small_answerer(checkpoint), checkpoint.tokenizer(), options);
  };
  expect_error({"at most 16"}, [&] { make(17, {}, false); });
  expect_error({"share from 0 to 9", "10"}, [&] { make(10, 10, false); });
  expect_error({"no truncation"}, [&] { make(0, {}, true); });
}

TEST(AnswerQuestions, FoldersAreToldByTheirClass) {
  const SmallCheckpoint checkpoint("roformer");
  expect_error({"RoFormerForQuestionAnswering", "RoFormerForMaskedLM"},
               [&] { open_answer_questions(LabelFolder(checkpoint.folder())); });
  save_answerer(checkpoint, *small_answerer(checkpoint));
  EXPECT_EQ(open_answer_questions(LabelFolder(checkpoint.folder()))({kAsked, 1}).size(), 3u);
  const checkpoint::Folder folder(checkpoint.folder());
  EXPECT_TRUE(uses_of(folder, inspect(folder)).classify);
}

}  // namespace
}  // namespace roformer::pipeline
