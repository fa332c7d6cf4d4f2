// Candidates of fill-mask against the model called by hand, one line at a time.
#include "roformer/pipeline/fill_mask.h"

#include <gtest/gtest.h>

#include "roformer/base/json_text.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

TEST(FillMask, GivesTheModelsProbabilitiesInOrder) {
  const torch::NoGradGuard no_grad;
  const SmallCheckpoint checkpoint("roformer");
  FillMaskOptions options;
  options.top = 16;
  const auto fill = open_fill_mask(checkpoint.folder(), options);
  const auto answers = fill({kTexts, 1});
  ASSERT_EQ(answers.size(), kTexts.size());
  const std::vector<std::size_t> masks{2, 0, 0, 1, 0, 2};
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].size(), masks[i]) << kTexts[i];

  const auto expected = checkpoint.model()
                            ->logits(checkpoint.hidden_of(kTexts[0]))
                            .softmax(-1)[2];  // [CLS] the [MASK]
  double sum = 0;
  for (const Candidate& candidate : answers[0][0]) {
    EXPECT_NEAR(candidate.probability, expected[candidate.id].item<double>(), 1e-5);
    sum += candidate.probability;
  }
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_GE(answers[0][0][0].probability, answers[0][0][1].probability);
}

TEST(FillMask, AnswersDoNotDependOnTheBatch) {
  const SmallCheckpoint checkpoint("bert");
  FillMaskOptions small;
  small.tokens_per_batch = 1;
  const auto together = open_fill_mask(checkpoint.folder())({kTexts, 1});
  const auto alone = open_fill_mask(checkpoint.folder(), small)({kTexts, 1});
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    ASSERT_EQ(together[i].size(), alone[i].size());
    for (std::size_t mask = 0; mask < together[i].size(); ++mask) {
      EXPECT_EQ(together[i][mask][0].token, alone[i][mask][0].token);
      EXPECT_NEAR(together[i][mask][0].probability, alone[i][mask][0].probability, 1e-6);
    }
  }
}

TEST(FillMask, EachMaskOfALongLineIsAnsweredOnce) {
  const SmallCheckpoint checkpoint("bert");
  FillMaskOptions options;
  options.length.stride = 5;
  std::string text;
  for (int i = 0; i < 40; ++i) text += i % 3 == 0 ? "[MASK] " : "cat ";
  const std::vector<std::string> texts{text};
  EXPECT_EQ(open_fill_mask(checkpoint.folder(), options)({texts, 1})[0].size(), 14u);
  EXPECT_THROW(open_fill_mask(checkpoint.folder())({texts, 1}), Error);
}

TEST(FillMask, RefusesAnEncoderWithoutHead) {
  const SmallCheckpoint checkpoint("bert");
  checkpoint::save_model(*checkpoint.model()->encoder(), {checkpoint.config(), {}, "BertModel", {}},
                         checkpoint.folder());
  EXPECT_THROW(open_fill_mask(checkpoint.folder()), Error);
}

TEST(FillMask, TakesAModuleAndATokenizer) {
  const SmallCheckpoint checkpoint("roformer");
  const FillMask fill(checkpoint.model().ptr(), checkpoint.tokenizer());
  const auto ours = fill({kTexts, 1}), opened = open_fill_mask(checkpoint.folder())({kTexts, 1});
  for (std::size_t line = 0; line < kTexts.size(); ++line) {
    ASSERT_EQ(ours[line].size(), opened[line].size());
    for (std::size_t mask = 0; mask < ours[line].size(); ++mask)
      EXPECT_EQ(ours[line][mask][0].probability, opened[line][mask][0].probability);
  }
}

TEST(FillMask, TypeIdsOfTheTokenizerReachTheModel) {
  const torch::NoGradGuard no_grad;
  const SmallCheckpoint checkpoint("bert");
  checkpoint.tokenizer().save(checkpoint.folder());
  const auto path = checkpoint.folder() / "tokenizer.json";
  auto json = base::parse_json(base::read_file(path), path.string());
  json["post_processor"] = nlohmann::json::parse(R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 1}}, {"Sequence": {"id": "A", "type_id": 1}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                         "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}})");
  base::write_file_atomically(path, json.dump());
  // A class whose tokenizer.json counts as it is; BertTokenizer builds its own template.
  base::write_file_atomically(checkpoint.folder() / "tokenizer_config.json",
                              R"({"tokenizer_class": "PreTrainedTokenizerFast"})");
  const auto answer = open_fill_mask(checkpoint.folder())({kTexts, 1})[0][0][0];
  const auto probability = [&](std::int64_t segment) {
    const auto logits = checkpoint.model()->logits(checkpoint.hidden_of(kTexts[0], segment));
    return logits.softmax(-1)[2][answer.id].item<double>();
  };
  EXPECT_NEAR(answer.probability, probability(1), 1e-6);
  EXPECT_GT(std::abs(probability(0) - probability(1)), 1e-4);
}

TEST(FillMask, OnlyPiecesWithMasksAreComputedAndDamageIsNamed) {
  for (const float number :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    SmallCheckpoint checkpoint("bert");
    checkpoint.spoil("embeddings.position_embeddings.weight", 7, number);
    FillMaskOptions options;
    options.name = "MODEL";
    const FillMask fill(checkpoint.model().ptr(), checkpoint.tokenizer(), options);
    const std::vector<std::string> fine{"the cat sat on a mat . dog", "the [MASK]"};
    EXPECT_EQ(fill({fine, 1})[1].size(), 1u);
    const std::vector<std::string> spoilt{"[MASK]", "the cat", "the cat sat on a mat . [MASK]",
                                          "[MASK] cat sat on a mat . [MASK]"};
    checkpoint::expect_error({"line 13", "finite probabilities", "got nan", "the weights of MODEL"},
                             [&] {
                               fill({spoilt, 11});
                             });
  }
}

}  // namespace
}  // namespace roformer::pipeline
