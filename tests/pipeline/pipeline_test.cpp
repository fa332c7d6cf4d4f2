// fill-mask and embed against the model called by hand, one line at a time.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "roformer/base/error.h"
#include "roformer/packed/pack.h"
#include "roformer/pipeline/embed.h"
#include "roformer/pipeline/fill_mask.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

const std::vector<std::string> kTexts{"the [MASK] sat on a [MASK] .",
                                      "",
                                      "no mask at all",
                                      "[MASK]",
                                      "the cat sat on a mat . running dogs",
                                      "a dog ran . [MASK] [MASK]"};

// Hidden states (T, H) of one line.
torch::Tensor hidden_of(const SmallCheckpoint& checkpoint, const std::string& text) {
  const torch::NoGradGuard no_grad;
  const auto ids = text::Tokenizer::load(checkpoint.folder()).encode(text).ids;
  const auto row = torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end())).unsqueeze(0);
  return checkpoint.model()->encoder()->forward(packed::pack({.input_ids = row}).batch);
}

TEST(FillMask, GivesTheModelsProbabilitiesInOrder) {
  const torch::NoGradGuard no_grad;
  const SmallCheckpoint checkpoint("roformer");
  FillMaskOptions options;
  options.top = 16;
  FillMask fill(checkpoint.folder(), options);
  const auto answers = fill({kTexts, 1});
  ASSERT_EQ(answers.size(), kTexts.size());
  const std::vector<std::size_t> masks{2, 0, 0, 1, 0, 2};
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].size(), masks[i]) << kTexts[i];

  const auto expected = checkpoint.model()
                            ->logits(hidden_of(checkpoint, kTexts[0]))
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
  const auto together = FillMask(checkpoint.folder())({kTexts, 1});
  const auto alone = FillMask(checkpoint.folder(), small)({kTexts, 1});
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
  EXPECT_EQ(FillMask(checkpoint.folder(), options)({texts, 1})[0].size(), 14u);
  EXPECT_THROW(FillMask(checkpoint.folder())({texts, 1}), Error);
}

TEST(FillMask, RefusesAnEncoderWithoutHead) {
  const SmallCheckpoint checkpoint("bert");
  checkpoint::save_model(*checkpoint.model()->encoder(), checkpoint.config(), "BertModel",
                         checkpoint.folder());
  EXPECT_THROW(FillMask{checkpoint.folder()}, Error);
}

TEST(Embed, PoolingsAreThoseOfTheHiddenStates) {
  for (const char* type : {"roformer", "bert"}) {
    const SmallCheckpoint checkpoint(type);
    EmbedOptions options;
    options.tokens_per_batch = 12;
    const torch::Tensor mean = Embed(checkpoint.folder(), options)({kTexts, 1});
    options.pooling = Pooling::cls;
    const torch::Tensor cls = Embed(checkpoint.folder(), options)({kTexts, 1});
    ASSERT_EQ(mean.sizes(), (torch::IntArrayRef{6, 24}));
    for (std::int64_t i = 0; i < mean.size(0); ++i) {
      const torch::Tensor hidden = hidden_of(checkpoint, kTexts[static_cast<std::size_t>(i)]);
      EXPECT_LT((mean[i] - hidden.mean(0)).abs().max().item<float>(), 1e-5f);
      EXPECT_LT((cls[i] - hidden[0]).abs().max().item<float>(), 1e-5f);
    }
  }
}

TEST(Embed, PoolsMaximaAndSums) {
  const SmallCheckpoint checkpoint("roformer");
  EmbedOptions options;
  options.pooling = Pooling::max;
  const torch::Tensor largest = Embed(checkpoint.folder(), options)({kTexts, 1});
  options.pooling = Pooling::mean_sqrt;
  const torch::Tensor sums = Embed(checkpoint.folder(), options)({kTexts, 1});
  for (std::int64_t i = 0; i < largest.size(0); ++i) {
    const torch::Tensor hidden = hidden_of(checkpoint, kTexts[static_cast<std::size_t>(i)]);
    EXPECT_LT((largest[i] - hidden.amax(0)).abs().max().item<float>(), 1e-5f);
    const double root = std::sqrt(static_cast<double>(hidden.size(0)));
    EXPECT_LT((sums[i] - hidden.sum(0) / root).abs().max().item<float>(), 1e-5f);
  }
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

constexpr const char* kModules =
    R"([{"type": "sentence_transformers.models.Transformer", "path": ""},
  {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
  {"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}])";

TEST(Embed, TheFolderSaysHow) {
  const SmallCheckpoint checkpoint("bert");
  const auto folder = checkpoint.folder();
  write_text(folder / "modules.json", kModules);
  write_text(folder / "1_Pooling" / "config.json", R"({"pooling_mode_cls_token": true})");
  write_text(folder / "sentence_bert_config.json", R"({"max_seq_length": 12})");
  const torch::Tensor own = Embed(folder)({kTexts, 1});
  EmbedOptions options;
  options.pooling = Pooling::cls;
  options.normalize = true;
  EXPECT_TRUE(torch::equal(own, Embed(folder, options)({kTexts, 1})));
  const std::vector<std::string> longer{"the cat sat on the cat sat on the cat sat on"};
  EXPECT_THROW(Embed{folder}({longer, 1}), Error);
  EmbedOptions cut;
  cut.length.truncate = true;
  const std::vector<std::string> first{"the cat sat on the cat sat on the cat"};
  EXPECT_TRUE(torch::equal(Embed(folder, cut)({longer, 1}), Embed(folder)({first, 1})));
}

TEST(SentenceFolder, RefusesWhatItDoesNotCompute) {
  const SmallCheckpoint checkpoint("bert");
  const auto folder = checkpoint.folder();
  EXPECT_FALSE(read_sentence_folder(folder).has_value());
  write_text(folder / "modules.json", kModules);
  for (const char* text :
       {"{}", "[]", "", R"({"pooling_mode_cls_token": true, "pooling_mode_max_tokens": true})"}) {
    write_text(folder / "1_Pooling" / "config.json", text);
    EXPECT_THROW(read_sentence_folder(folder), Error) << text;
  }
  write_text(folder / "1_Pooling" / "config.json", R"({"pooling_mode": "max"})");
  EXPECT_EQ(read_sentence_folder(folder)->pooling, Pooling::max);
  for (const char* text : {"{}", "[1]", R"([{"type": "models.Dense", "path": "2"}])",
                           R"([{"type": "models.Pooling", "path": "../other"}])"}) {
    write_text(folder / "modules.json", text);
    EXPECT_THROW(read_sentence_folder(folder), Error) << text;
  }
}

TEST(Embed, NormalizesToLengthOne) {
  const SmallCheckpoint checkpoint("roformer");
  EmbedOptions options;
  options.normalize = true;
  const torch::Tensor vectors = Embed(checkpoint.folder(), options)({kTexts, 1});
  EXPECT_LT((vectors.norm(2, -1) - 1).abs().max().item<float>(), 1e-5f);
}

TEST(Embed, NoLinesGiveNoVectors) {
  const SmallCheckpoint checkpoint("roformer");
  EXPECT_EQ(Embed(checkpoint.folder())({{}, 1}).sizes(), (torch::IntArrayRef{0, 24}));
}

TEST(Embed, WindowsOfALineAreAveragedByTheirTokens) {
  const SmallCheckpoint checkpoint("roformer");
  EmbedOptions options;
  options.length = {.max_length = 5, .stride = 0};
  const std::vector<std::string> texts{
      "the cat sat on"};  // [CLS] the cat sat [SEP], [CLS] on [SEP]
  const torch::Tensor found = Embed(checkpoint.folder(), options)({texts, 1})[0];
  const torch::Tensor expected =
      (hidden_of(checkpoint, "the cat sat").sum(0) + hidden_of(checkpoint, "on").sum(0)) / 8;
  EXPECT_LT((found - expected).abs().max().item<float>(), 1e-5f);
}

TEST(Embed, PoolerNeedsAPooler) {
  const SmallCheckpoint checkpoint("bert");
  EmbedOptions options;
  options.pooling = Pooling::pooler;
  EXPECT_THROW(Embed(checkpoint.folder(), options), Error);
  EXPECT_THROW(pooling_of("median"), Error);
}

}  // namespace
}  // namespace roformer::pipeline
