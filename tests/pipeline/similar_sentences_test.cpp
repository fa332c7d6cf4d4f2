// Sentences drawn behind lines that are seen whole, each once, the most alike first.
#include "roformer/pipeline/similar_sentences.h"

#include <gtest/gtest.h>

#include <set>

#include "roformer/checkpoint/load.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

SimilarOptions few() {
  SimilarOptions options;
  options.samples = 12;
  options.best = 5;
  options.max_new_tokens = 4;
  return options;
}

const std::vector<std::string> kLines{"the cat sat", "", "a dog"};

TEST(WriteSimilar, EachOnceAndTheMostAlikeFirst) {
  const SmallCheckpoint checkpoint("roformer");
  WriteSimilar write = open_write_similar(checkpoint.folder(), few());
  const auto answers = write({kLines, 1});
  ASSERT_EQ(answers.size(), 3);
  for (std::size_t line = 0; line < answers.size(); ++line) {
    const auto& best = answers[line].best;
    ASSERT_EQ(std::ssize(best), std::min<std::int64_t>(5, answers[line].distinct));
    std::set<std::string> texts;
    for (std::size_t i = 0; i < best.size(); ++i) {
      texts.insert(best[i].text);
      EXPECT_NE(best[i].text, kLines[line]);
      EXPECT_NE(best[i].text, "");
      EXPECT_GE(best[i > 0 ? i - 1 : 0].score, best[i].score);
    }
    EXPECT_EQ(texts.size(), best.size());
  }
  EXPECT_GT(answers[0].distinct, 3);
}

TEST(WriteSimilar, ALineKnowsNoOthers) {
  const SmallCheckpoint checkpoint("roformer");
  SimilarOptions options = few();
  const auto together = open_write_similar(checkpoint.folder(), options)({kLines, 1});
  options.samples_at_once = 5;
  const std::vector<std::string> last{kLines[2]};
  const auto alone = open_write_similar(checkpoint.folder(), options)({last, 3});
  ASSERT_EQ(alone[0].best.size(), together[2].best.size());
  for (std::size_t i = 0; i < alone[0].best.size(); ++i)
    EXPECT_EQ(alone[0].best[i].text, together[2].best[i].text);
  options.seed = 1;
  const auto other = open_write_similar(checkpoint.folder(), options)({last, 3});
  std::set<std::string> texts;
  for (const auto* answer : {&alone[0], &other[0]})
    for (const auto& sentence : answer->best) texts.insert(sentence.text);
  EXPECT_GT(texts.size(), alone[0].best.size());
}

TEST(WriteSimilar, WhatCannotBeWrittenIsRefused) {
  const SmallCheckpoint checkpoint("roformer");
  WriteSimilar write = open_write_similar(checkpoint.folder(), few());
  const std::vector<std::string> lines{"the", "the cat sat on the cat sat on the cat sat on"};
  SmallCheckpoint bert("bert");  // with a table of 16 positions
  checkpoint::expect_error({"line 9", "16 positions", "--max-new-tokens 4"}, [&] {
    open_write_similar(bert.folder(), few())({lines, 8});
  });
  SimilarOptions none = few();
  none.samples = 0;
  checkpoint::expect_error({"at least 1"}, [&] { open_write_similar(checkpoint.folder(), none); });
  const auto trunk = checkpoint::load_model<model::Encoder>(checkpoint.folder());
  checkpoint::save_model(*trunk.module, trunk.config, checkpoint.folder());
  checkpoint::expect_error({"language model beside the encoder", "cls.predictions"},
                           [&] { open_write_similar(checkpoint.folder(), few()); });
}

}  // namespace
}  // namespace roformer::pipeline
