// Vectors of lines against the poolings of the model's hidden states, one line at a time.
#include "roformer/pipeline/embed.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/sentence_files.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

TEST(Embed, PoolingsAreThoseOfTheHiddenStates) {
  for (const char* type : {"roformer", "bert"}) {
    const SmallCheckpoint checkpoint(type);
    EmbedOptions options;
    options.tokens_per_batch = 12;
    const torch::Tensor mean = open_embed(checkpoint.folder(), options)({kTexts, 1});
    options.poolings = {Pooling::cls};
    const torch::Tensor cls = open_embed(checkpoint.folder(), options)({kTexts, 1});
    ASSERT_EQ(mean.sizes(), (torch::IntArrayRef{6, 24}));
    for (std::int64_t i = 0; i < mean.size(0); ++i) {
      const torch::Tensor hidden = checkpoint.hidden_of(kTexts[static_cast<std::size_t>(i)]);
      EXPECT_LT((mean[i] - hidden.mean(0)).abs().max().item<float>(), 1e-5f);
      EXPECT_LT((cls[i] - hidden[0]).abs().max().item<float>(), 1e-5f);
    }
  }
}

TEST(Embed, PoolsMaximaAndSums) {
  const SmallCheckpoint checkpoint("roformer");
  EmbedOptions options;
  options.poolings = {Pooling::max};
  const torch::Tensor largest = open_embed(checkpoint.folder(), options)({kTexts, 1});
  options.poolings = {Pooling::mean_sqrt};
  const torch::Tensor sums = open_embed(checkpoint.folder(), options)({kTexts, 1});
  for (std::int64_t i = 0; i < largest.size(0); ++i) {
    const torch::Tensor hidden = checkpoint.hidden_of(kTexts[static_cast<std::size_t>(i)]);
    EXPECT_LT((largest[i] - hidden.amax(0)).abs().max().item<float>(), 1e-5f);
    const double root = std::sqrt(static_cast<double>(hidden.size(0)));
    EXPECT_LT((sums[i] - hidden.sum(0) / root).abs().max().item<float>(), 1e-5f);
  }
}

TEST(Embed, TheFolderSaysHow) {
  const SmallCheckpoint checkpoint("bert");
  const auto folder = checkpoint.folder();
  write_text(folder / "modules.json", kModules);
  write_text(folder / "1_Pooling" / "config.json", R"({"pooling_mode_cls_token": true})");
  write_text(folder / "sentence_bert_config.json", R"({"max_seq_length": 12})");
  const torch::Tensor own = open_embed(folder)({kTexts, 1});
  EmbedOptions options;
  options.poolings = {Pooling::cls};
  options.normalize = true;
  EXPECT_LT((own - open_embed(folder, options)({kTexts, 1})).abs().max().item<float>(), 1e-6f);
  const std::vector<std::string> longer{"the cat sat on the cat sat on the cat sat on"};
  // As sentence-transformers: what is longer is cut.
  const std::vector<std::string> first{"the cat sat on the cat sat on the cat"};
  Embed cutting = open_embed(folder);
  EXPECT_TRUE(torch::equal(cutting({longer, 1}), open_embed(folder)({first, 1})));
  EXPECT_EQ(cutting.cut_lines(), 1);
}

TEST(Embed, CutLinesAreCountedAndTheFirstIsKnown) {
  const SmallCheckpoint checkpoint("bert");
  EmbedOptions options;
  options.length.max_length = 5;
  options.length.truncate = true;
  Embed embed = open_embed(checkpoint.folder(), options);
  embed({kTexts, 7});
  EXPECT_EQ(embed.cut_lines(), 4);
  EXPECT_EQ(embed.first_cut_line(), 7);
  const std::vector<std::string> more{"the cat sat on the mat"};
  embed({more, 13});
  EXPECT_EQ(embed.cut_lines(), 5);
  EXPECT_EQ(embed.first_cut_line(), 7);
  EXPECT_FALSE(embed.cuts_at_begin());
}

TEST(Embed, TheBeginOfALineIsCutWhereTheFilesSaySo) {
  const SmallCheckpoint checkpoint("bert");
  write_text(checkpoint.folder() / "tokenizer_config.json", R"({"truncation_side": "left"})");
  EmbedOptions options;
  options.length.max_length = 4;
  options.length.truncate = true;
  const std::vector<std::string> longer{"the cat sat on"}, last{"sat on"};
  Embed embed = open_embed(checkpoint.folder(), options);
  EXPECT_TRUE(torch::equal(embed({longer, 1}), open_embed(checkpoint.folder())({last, 1})));
  EXPECT_TRUE(embed.cuts_at_begin());
}

TEST(Embed, MoreDimensionsThanThereAreAreRefused) {
  const SmallCheckpoint checkpoint("bert");
  EmbedOptions options;
  options.dimensions = 24;
  EXPECT_EQ(open_embed(checkpoint.folder(), options)({kTexts, 1}).size(1), 24);
  options.dimensions = 25;
  checkpoint::expect_error({"at most 24 dimensions", "got 25", "pipeline-bert"},
                           [&] { open_embed(checkpoint.folder(), options); });
  options.poolings = {Pooling::cls, Pooling::mean};
  EXPECT_EQ(open_embed(checkpoint.folder(), options)({kTexts, 1}).size(1), 25);
  // A folder's own number is taken as sentence-transformers takes it.
  write_text(checkpoint.folder() / "modules.json", kModules);
  write_text(checkpoint.folder() / "1_Pooling" / "config.json",
             R"({"pooling_mode_cls_token": true})");
  write_text(checkpoint.folder() / "config_sentence_transformers.json", R"({"truncate_dim": 99})");
  EXPECT_EQ(open_embed(checkpoint.folder())({kTexts, 1}).size(1), 24);
}

TEST(Embed, TwoPromptsAreKnownWithoutAFile) {
  const SmallCheckpoint checkpoint("bert");
  const torch::Tensor plain = open_embed(checkpoint.folder())({kTexts, 1});
  EmbedOptions options;
  for (const char* name : {"query", "document"}) {
    options.prompt_name = name;
    EXPECT_TRUE(torch::equal(open_embed(checkpoint.folder(), options)({kTexts, 1}), plain));
  }
  options.prompt_name = "passage";
  checkpoint::expect_error({"document", "query", "passage"},
                           [&] { open_embed(checkpoint.folder(), options); });
}

TEST(Embed, PaddingThatIsLookedAtIsRefused) {
  const SmallCheckpoint checkpoint("bert");
  write_text(checkpoint.folder() / "tokenizer_config.json",
             R"({"model_input_names": ["input_ids"]})");
  checkpoint::expect_error({"attention_mask among model_input_names", "pipeline-bert"},
                           [&] { open_embed(checkpoint.folder()); });
}

TEST(Embed, NormalizesToLengthOne) {
  const SmallCheckpoint checkpoint("roformer");
  EmbedOptions options;
  options.normalize = true;
  const torch::Tensor vectors = open_embed(checkpoint.folder(), options)({kTexts, 1});
  EXPECT_LT((vectors.norm(2, -1) - 1).abs().max().item<float>(), 1e-5f);
}

TEST(Embed, NoLinesGiveNoVectors) {
  const SmallCheckpoint checkpoint("roformer");
  EXPECT_EQ(open_embed(checkpoint.folder())({{}, 1}).sizes(), (torch::IntArrayRef{0, 24}));
}

TEST(Embed, WindowsOfALineAreAveragedByTheirTokens) {
  const SmallCheckpoint checkpoint("roformer");
  EmbedOptions options;
  options.length = {.max_length = 5, .stride = 0};
  const std::vector<std::string> texts{
      "the cat sat on"};  // [CLS] the cat sat [SEP], [CLS] on [SEP]
  const torch::Tensor found = open_embed(checkpoint.folder(), options)({texts, 1})[0];
  const torch::Tensor expected =
      (checkpoint.hidden_of("the cat sat").sum(0) + checkpoint.hidden_of("on").sum(0)) / 8;
  EXPECT_LT((found - expected).abs().max().item<float>(), 1e-5f);
}

TEST(Embed, PoolerNeedsAPooler) {
  const SmallCheckpoint checkpoint("bert");
  EmbedOptions options;
  options.poolings = {Pooling::pooler};
  EXPECT_THROW(open_embed(checkpoint.folder(), options), Error);
  EXPECT_THROW(pooling_of("median"), Error);
}

TEST(Embed, TakesAModuleAndATokenizer) {
  const SmallCheckpoint checkpoint("roformer");
  Embed embed(checkpoint.model()->encoder(), checkpoint.tokenizer());
  EXPECT_TRUE(torch::equal(embed({kTexts, 1}), open_embed(checkpoint.folder())({kTexts, 1})));
  EmbedOptions options;
  options.poolings = {Pooling::pooler};
  checkpoint::expect_error({"with a pooler"}, [&] {
    Embed(checkpoint.model()->encoder(), checkpoint.tokenizer(), options);
  });
}

TEST(Embed, DamageIsNamedByLineAndModel) {
  for (const float number :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    SmallCheckpoint checkpoint("roformer");
    checkpoint.spoil("embeddings.word_embeddings.weight", 13, number);  // "dog"
    EmbedOptions options;
    options.name = "MODEL";
    options.tokens_per_batch = 1;
    for (const auto pooling : {Pooling::mean, Pooling::cls, Pooling::max, Pooling::mean_sqrt}) {
      options.poolings = {pooling};
      Embed embed(checkpoint.model()->encoder(), checkpoint.tokenizer(), options);
      checkpoint::expect_error({"line 11", "finite vectors", "got nan", "weights of MODEL"}, [&] {
        embed({kTexts, 7});
      });
      const std::vector<std::string> fine{"the cat"};
      EXPECT_TRUE(embed({fine, 1}).isfinite().all().item<bool>());
    }
  }
}

}  // namespace
}  // namespace roformer::pipeline
