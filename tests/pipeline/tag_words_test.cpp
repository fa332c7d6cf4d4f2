#include "roformer/pipeline/tag_words.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "roformer/checkpoint/save.h"
#include "roformer/head/label_head.h"
#include "roformer/pipeline/inspect.h"
#include "roformer/pipeline/uses.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using checkpoint::expect_error;

std::shared_ptr<head::LabelHead> small_tagger(const SmallCheckpoint& checkpoint,
                                              std::vector<std::string> labels) {
  model::HeadConfig head;
  head.num_labels = std::ssize(labels);
  head.labels = std::move(labels);
  torch::manual_seed(3);
  auto model = head::make_label_head(head::token_classifier(), checkpoint.config(), head);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    parameter.add_(0.5 * torch::randn_like(parameter));
  model->eval();
  return model;
}

// A head that gives this label to whatever it reads.
std::shared_ptr<head::LabelHead> constant_tagger(const SmallCheckpoint& checkpoint,
                                                 const std::vector<std::string>& labels,
                                                 std::int64_t label) {
  auto model = small_tagger(checkpoint, labels);
  const torch::NoGradGuard no_grad;
  model->named_parameters()["classifier.weight"].zero_();
  model->named_parameters()["classifier.bias"].zero_();
  model->named_parameters()["classifier.bias"][label] = 9;
  return model;
}

const std::vector<std::string> kTagged{"the cats sat", "", " running\tdogs . ", "the \xff cats."};
const std::vector<std::string> kTags{"B-X", "I-X", "O"};

TEST(TagWords, LinesTogetherAreLinesAlone) {
  for (const char* family : {"roformer", "bert"}) {
    const SmallCheckpoint checkpoint(family);
    const TagWords tag(small_tagger(checkpoint, {"NN", "VB", "JJ"}), checkpoint.tokenizer());
    const auto together = tag({kTagged, 1});
    ASSERT_EQ(together.size(), 4u);
    EXPECT_TRUE(together[1].empty());
    for (std::size_t i = 0; i < kTagged.size(); ++i) {
      const std::vector<std::string> one{kTagged[i]};
      const auto alone = tag({one, 1}).at(0);
      ASSERT_EQ(together[i].size(), alone.size());
      for (std::size_t word = 0; word < alone.size(); ++word) {
        EXPECT_EQ(together[i][word].label, alone[word].label);
        EXPECT_EQ(together[i][word].begin, alone[word].begin);
        EXPECT_NEAR(together[i][word].probability, alone[word].probability, 1e-5);
      }
    }
  }
}

TEST(TagWords, WordsAreThoseOfTheLine) {
  const SmallCheckpoint checkpoint("bert");
  const TagWords tag(constant_tagger(checkpoint, {"NN", "VB"}, 1), checkpoint.tokenizer());
  const auto answers = tag({kTagged, 1});
  ASSERT_EQ(answers[0].size(), 3u);
  EXPECT_EQ(answers[0][1].text, "cats");  // of two pieces
  EXPECT_EQ(answers[0][1].label, "VB");
  EXPECT_EQ(answers[0][1].begin, 4);
  EXPECT_EQ(answers[0][1].end, 8);
  EXPECT_EQ(answers[2][0].text, "running");
  EXPECT_EQ(answers[2][1].begin, 9);  // behind the tab
  ASSERT_EQ(answers[3].size(), 3u);   // what is no UTF-8 is one character, and goes
  EXPECT_EQ(answers[3][1].text, "cats");
  EXPECT_EQ(answers[3][1].begin, 6);
}

TEST(TagWords, EntitiesAreRunsOfTags) {
  const SmallCheckpoint checkpoint("roformer");
  const auto entities = [&](std::int64_t label) {
    return TagWords(constant_tagger(checkpoint, kTags, label),
                    checkpoint.tokenizer())({kTagged, 1});
  };
  EXPECT_TRUE(entities(2)[0].empty());
  EXPECT_EQ(entities(0)[0].size(), 3u);
  const auto inside = entities(1);
  ASSERT_EQ(inside[0].size(), 1u);
  EXPECT_EQ(inside[0][0].text, "the cats sat");
  EXPECT_EQ(inside[0][0].label, "X");
  EXPECT_GT(inside[0][0].probability, 0.99);
  EXPECT_EQ(inside[2][0].text, "running\tdogs .");
  EXPECT_EQ(inside[2][0].begin, 1);
}

TEST(TagWords, LongLinesAreRefusedOrCut) {
  const SmallCheckpoint checkpoint("bert");
  ClassifyOptions options;
  options.length.max_length = 4;
  const auto model = constant_tagger(checkpoint, kTags, 1);
  expect_error({"line 5", "at most 4", "--truncate"}, [&] {
    TagWords(model, checkpoint.tokenizer(), options)({kTagged, 5});
  });
  options.length.truncate = true;
  EXPECT_EQ(TagWords(model, checkpoint.tokenizer(), options)({kTagged, 1})[0][0].text, "the cat");
}

TEST(TagWords, FoldersAreOpenedByTheirClass) {
  const SmallCheckpoint checkpoint("bert");
  expect_error({"BertForTokenClassification", "BertForMaskedLM"},
               [&] { open_tag_words(LabelFolder(checkpoint.folder())); });
  const auto model = small_tagger(checkpoint, kTags);
  checkpoint::save_model(*model,
                         {.encoder = checkpoint.config(),
                          .head = model->head_config(),
                          .architecture = "BertForTokenClassification",
                          .source = {}},
                         checkpoint.folder());
  const checkpoint::Folder folder(checkpoint.folder());
  EXPECT_TRUE(uses_of(folder, inspect(folder)).classify);
  EXPECT_EQ(open_tag_words(LabelFolder(checkpoint.folder())).label_names(), kTags);
  expect_error({"BertForSequenceClassification", "BertForTokenClassification"},
               [&] { open_classify(LabelFolder(checkpoint.folder())); });
}

TEST(TagWords, AnswersThatAreNoNumbersNameTheirLine) {
  const SmallCheckpoint checkpoint("roformer");
  const auto model = small_tagger(checkpoint, kTags);
  {
    const torch::NoGradGuard no_grad;
    model->parameters().back().fill_(std::numeric_limits<float>::quiet_NaN());
  }
  const TagWords tag(model, checkpoint.tokenizer());
  expect_error({"line 7"}, [&] { tag({kTagged, 7}); });
}

}  // namespace
}  // namespace roformer::pipeline
