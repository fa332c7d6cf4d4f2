// Scores of pairs and a search among candidates, against vectors compared by hand.
#include "roformer/pipeline/similarity.h"

#include <gtest/gtest.h>

#include <map>

#include "roformer/base/file.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using checkpoint::expect_error;

TEST(ReadPair, FieldsAreCounted) {
  const SentencePair pair = read_pair("a b\tc", 1, false);
  EXPECT_EQ(pair.first, "a b");
  EXPECT_EQ(pair.second, "c");
  EXPECT_EQ(read_pair("\t", 1, false).second, "");
  EXPECT_EQ(read_pair("a\tb\t-2.5", 1, true).gold, -2.5);
  expect_error({"line 3", "two texts with a tab", "1 field"}, [] { read_pair("a", 3, false); });
  expect_error({"line 4", "1 field"}, [] { read_pair("", 4, false); });
  expect_error({"line 5", "3 fields"}, [] { read_pair("a\tb\tc", 5, false); });
  expect_error({"line 6", "and a number", "2 fields"}, [] { read_pair("a\tb", 6, true); });
  for (const char* bad : {"a\tb\tscore", "a\tb\t", "a\tb\t1 ", "a\tb\tnan", "a\tb\tinf"})
    expect_error({"line 7", "a number in the third field"}, [&] { read_pair(bad, 7, true); });
}

TEST(PairSimilarity, ComparesTheVectors) {
  const SmallCheckpoint checkpoint("roformer");
  PairSimilarity similarity(open_embed(checkpoint.folder()));
  const auto scores = similarity({{"the cat", "a dog"}, {"", "mat"}, {"sat", "sat"}}, 1);
  ASSERT_EQ(scores.size(), 3);
  const torch::Tensor first = checkpoint.hidden_of("the cat").mean(0),
                      second = checkpoint.hidden_of("a dog").mean(0);
  EXPECT_NEAR(scores[0], torch::cosine_similarity(first, second, 0).item<float>(), 1e-5f);
  EXPECT_NEAR(scores[2], 1, 1e-5f);
  PairSimilarity distance(open_embed(checkpoint.folder()), SimilarityFunction::euclidean);
  EXPECT_NEAR(distance({{"the cat", "a dog"}}, 1)[0], -(first - second).norm().item<float>(),
              1e-4f);
  EXPECT_TRUE(similarity({}, 1).empty());
}

struct Search : testing::Test {
  Search() : checkpoint("roformer"), file(checkpoint.folder() / "candidates.txt") {
    write("the cat\na dog ran\n\nthe cat\n");
  }
  void write(const std::string& text) const { base::write_file_atomically(file, text); }
  SimilaritySearch search(const SearchOptions& options = {}) const {
    return {open_embed(checkpoint.folder()), read_candidates(file), options};
  }
  SmallCheckpoint checkpoint;
  std::filesystem::path file;
};

TEST_F(Search, FindsTheSameTextFirst) {
  auto found = search();
  EXPECT_EQ(found.texts().size(), 4);
  const std::vector<std::string> queries{"the cat", "a dog ran"};
  const auto matches = found({queries, 1}, 2);
  EXPECT_EQ(matches[0][0].index, 0);
  EXPECT_EQ(matches[0][1].index, 3);
  EXPECT_EQ(matches[1][0].index, 1);
  EXPECT_NEAR(matches[1][0].score, 1, 1e-5f);
  EXPECT_EQ(found({queries, 1}, 100)[0].size(), 3) << "the third line is blank";
}

// Of equal texts the vectors that a batch gives may differ in the last bit, and so may products.
TEST_F(Search, LinesOfOneTextAreEquallyAlikeInTheirOrder) {
  const std::vector<std::string> others{"the cat", "a mat sat on the dog .", "dog", "on on on"};
  std::string text;
  for (int line = 0; line < 400; ++line)
    text += line % 3 == 0 ? "a dog ran\n" : others[static_cast<std::size_t>(line) % 4] + "\n";
  write(text);
  for (const auto function : {SimilarityFunction::cosine, SimilarityFunction::euclidean}) {
    SearchOptions options;
    options.function = function;
    auto found = search(options);
    const std::vector<std::string> queries{"a dog sat", "the mat"};
    for (const auto& matches : found({queries, 1}, 400)) {
      ASSERT_EQ(matches.size(), 400);
      std::map<std::string, float> scores;
      for (std::size_t i = 0; i < matches.size(); ++i) {
        const auto& one = found.texts()[static_cast<std::size_t>(matches[i].index)];
        EXPECT_EQ(scores.try_emplace(one, matches[i].score).first->second, matches[i].score);
        if (i > 0) {
          EXPECT_TRUE(comes_before(matches[i - 1], matches[i]));
        }
      }
      EXPECT_EQ(scores.size(), 5);
    }
    auto all = found({queries, 1}, 400)[0];
    all.resize(7);
    EXPECT_EQ(found({queries, 1}, 7)[0], all);
  }
}

TEST_F(Search, CandidatesMayHaveAPromptOfTheirOwn) {
  write("cat\ndog\n");
  EmbedOptions prompted;
  prompted.prompt = "the ";
  Embed embed = open_embed(checkpoint.folder(), prompted);
  SearchOptions options;
  options.query_prompt = "a ";
  SimilaritySearch search(std::move(embed), read_candidates(file), options);
  const std::vector<std::string> queries{"dog"};
  const float score = search({queries, 1}, 2)[0][0].score;
  const auto wanted = PairSimilarity(open_embed(checkpoint.folder()))(
      {{"a dog", "the dog"}, {"a dog", "the cat"}}, 1);
  EXPECT_NEAR(score, std::max(wanted[0], wanted[1]), 1e-5f);
}

TEST_F(Search, KeptVectorsGiveTheSameAnswers) {
  SearchOptions options;
  options.kept = checkpoint.folder() / "kept.safetensors";
  std::int64_t computed = 0;
  options.on_candidates = [&](std::int64_t done) { computed = done; };
  const std::vector<std::string> queries{"a cat sat"};
  const auto before = search(options)({queries, 1}, 4);
  EXPECT_EQ(std::exchange(computed, 0), 3);
  EXPECT_EQ(search(options)({queries, 1}, 4), before);
  EXPECT_EQ(computed, 0);
  write("the cat\na dog\n\nthe cat\n");
  search(options);
  EXPECT_EQ(std::exchange(computed, 0), 3);
  EmbedOptions other;
  other.poolings = {Pooling::cls};
  SimilaritySearch(open_embed(checkpoint.folder(), other), read_candidates(file), options);
  EXPECT_EQ(computed, 3);
}

TEST_F(Search, WhatIsWrongWithAFileIsSaid) {
  for (const char* empty : {"", "\n", "\n\r\n", " \n"}) {
    write(empty);
    expect_error({"candidates.txt", "expected candidates"}, [&] { read_candidates(file); });
  }
  write("the\n\xff\n");
  expect_error({"candidates.txt:2", "UTF-8"}, [&] { read_candidates(file); });
  write("the\n\nthe cat sat on the mat\n");
  EmbedOptions short_lines;
  short_lines.length.max_length = 5;
  expect_error({"candidates.txt", "line 3"}, [&] {
    SimilaritySearch(open_embed(checkpoint.folder(), short_lines), read_candidates(file));
  });
  expect_error({"none.txt"}, [&] { read_candidates(checkpoint.folder() / "none.txt"); });
}

// Whatever a vector hangs on changes the number of it.
TEST(EmbedFingerprint, KnowsModelAndOptions) {
  const SmallCheckpoint checkpoint("roformer"), bert("bert");
  const auto number = [](const SmallCheckpoint& of, const EmbedOptions& options = {}) {
    return open_embed(of.folder(), options).fingerprint();
  };
  const std::uint64_t usual = number(checkpoint);
  EXPECT_EQ(number(checkpoint), usual);
  EXPECT_NE(number(bert), usual);
  EmbedOptions options;
  options.prompt = "the ";
  EXPECT_NE(number(checkpoint, options), usual);
  options = {};
  options.normalize = true;
  EXPECT_NE(number(checkpoint, options), usual);
  options = {};
  options.length.max_length = 5;
  EXPECT_NE(number(checkpoint, options), usual);
  Embed embed = open_embed(checkpoint.folder());
  auto model = checkpoint.model();
  const Embed same(model->encoder(), checkpoint.tokenizer());
  const std::uint64_t before = same.fingerprint();
  {
    const torch::NoGradGuard no_gradient;
    model->encoder()->word_embeddings()[5][0] += 1e-3;
  }
  EXPECT_NE(same.fingerprint(), before);
}

// A decoder's [CLS] sees itself alone, unless all are to see each other.
TEST(Embed, ADecoderIsReadBothWaysWhenAsked) {
  const SmallCheckpoint checkpoint("roformer");
  model::EncoderConfig config = checkpoint.config();
  config.is_decoder = true;
  head::LanguageModel decoder(config);
  const torch::NoGradGuard no_gradient;
  for (const auto& item : checkpoint.model()->named_parameters())
    decoder->named_parameters()[item.key()].copy_(item.value());
  decoder->eval();
  EmbedOptions options;
  options.poolings = {Pooling::cls};
  expect_error({"is_decoder", "--two-sided"},
               [&] { Embed(decoder->encoder(), checkpoint.tokenizer(), options); });
  options.two_sided = true;
  const torch::Tensor ours =
      Embed(decoder->encoder(), checkpoint.tokenizer(), options)({kTexts, 1});
  for (std::int64_t i = 0; i < ours.size(0); ++i) {
    const torch::Tensor wanted = checkpoint.hidden_of(kTexts[static_cast<std::size_t>(i)])[0];
    EXPECT_LT((ours[i] - wanted).abs().max().item<float>(), 1e-5f);
  }
}

}  // namespace
}  // namespace roformer::pipeline
