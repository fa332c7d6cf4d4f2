#include "roformer/labelled/example_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "roformer/base/error.h"
#include "roformer/labelled/labelled_corpus.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

// Row i has i % 7 + 1 words; every third is a yes.
std::string numbered_rows(int count) {
  std::string text = "text\tlabel\n";
  for (int i = 0; i < count; ++i) {
    text += "word" + std::to_string(i % 10);
    for (int word = 0; word < i % 7; ++word) text += " more";
    text += i % 3 == 0 ? "\tyes\n" : "\tno\n";
  }
  return text;
}

class ExampleSourceTest : public ::testing::Test {
 protected:
  LabelledOptions options(int rows = 60) const {
    LabelledOptions options;
    options.train = {folder_.write("train.tsv", numbered_rows(rows)).string()};
    options.vocab_size = 60;
    options.cache = folder_.file("cache");
    return options;
  }
  std::shared_ptr<const LabelledCorpus> corpus(const LabelledOptions& options) const {
    return std::make_shared<const LabelledCorpus>(options);
  }

  tests::TestFolder folder_;
};

TEST_F(ExampleSourceTest, PartsOfOneFileHaveEachRowOnce) {
  const auto all = corpus(options());
  EXPECT_EQ(all->part(Split::training).num_examples() +
                all->part(Split::validation).num_examples() + all->part(Split::test).num_examples(),
            60);
  EXPECT_GT(all->part(Split::test).num_examples(), 0);
  EXPECT_EQ(all->label_names(), (std::vector<std::string>{"no", "yes"}));
  EXPECT_TRUE(has_text(all->summary(), "rows to learn from, labels no ")) << all->summary();
}

TEST_F(ExampleSourceTest, AnEpochHasEachRowOnce) {
  auto one_part = options(30);
  one_part.validation_share = one_part.test_share = 0;
  const auto text = corpus(one_part);
  const ExampleSource source(text, 5);
  for (const data::Stage& stage :
       {data::Stage{.batch_size = 10, .steps = 3}, data::Stage{.batch_tokens = 64, .steps = 100}}) {
    std::multiset<std::size_t> lengths;
    std::int64_t yes = 0, rows = 0;
    for (std::int64_t step = 0; rows < 30; ++step) {
      const auto batch = source.batch({.stage = stage, .step = step});
      const auto& begins = batch.batch.cu_seqlens;
      for (std::size_t i = 0; i + 1 < begins.size(); ++i, ++rows)
        lengths.insert(static_cast<std::size_t>(begins[i + 1] - begins[i]));
      for (const std::int64_t row : batch.rows)
        yes += text->classes(Split::training)[static_cast<std::size_t>(row)];
      if (stage.batch_tokens > 0) {
        EXPECT_LE(batch.batch.tokens.size(), 64u);
      }
    }
    EXPECT_EQ(rows, 30);
    EXPECT_EQ(yes, 10);
    EXPECT_EQ(*lengths.begin(), 3u) << "[CLS] word [SEP]";
  }
}

TEST_F(ExampleSourceTest, BatchesAreAFunctionOfTheirRequest) {
  const auto text = corpus(options());
  const data::BatchRequest request{.stage = {.batch_size = 8, .steps = 50}, .step = 7};
  const auto first = ExampleSource(text, 5).batch(request);
  EXPECT_EQ(ExampleSource(text, 5).batch(request).batch.tokens, first.batch.tokens);
  EXPECT_NE(ExampleSource(text, 6).batch(request).batch.tokens, first.batch.tokens);
}

TEST_F(ExampleSourceTest, HeldOutRowsAreTheSameWhateverTheSeed) {
  const auto text = corpus(options());
  const auto batches = [&](std::uint64_t seed, std::int64_t most) {
    std::vector<std::vector<std::int64_t>> examples;
    for (const auto& batch : ExampleSource(text, seed).held_out(Split::validation, 32, most))
      examples.push_back(batch.examples);
    return examples;
  };
  EXPECT_EQ(batches(2, 0), batches(1, 0));
  std::set<std::int64_t> seen;
  for (const auto& batch : batches(1, 0)) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(std::ssize(seen), text->part(Split::validation).num_examples());
  std::size_t sample = 0;
  for (const auto& batch : batches(1, 2)) sample += batch.size();
  EXPECT_EQ(sample, 2u);
}

TEST_F(ExampleSourceTest, LongRowsAreCutAndPairsHaveTypes) {
  auto pairs = options();
  pairs.train = {folder_
                     .write("pairs.tsv",
                            "text\tsecond\tlabel\none two three four\tfive six\tyes\n"
                            "one\ttwo\tno\n")
                     .string()};
  pairs.text_pair = "second";
  pairs.validation_share = pairs.test_share = 0;
  pairs.max_length = 5;
  pairs.vocabulary =
      folder_
          .write("vocab.txt",
                 "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\none\ntwo\nthree\nfour\nfive\nsix\n")
          .string();
  const auto text = corpus(pairs);
  const EncodedPart& rows = text->part(Split::training);
  EXPECT_EQ(rows.length(0), 5);
  const auto ids = rows.ids(1);
  EXPECT_EQ(std::vector<std::int32_t>(ids.begin(), ids.end()),
            (std::vector<std::int32_t>{2, 5, 3, 6, 3}));
  const auto types = rows.type_ids(1);
  EXPECT_EQ(std::vector<std::int32_t>(types.begin(), types.end()),
            (std::vector<std::int32_t>{0, 0, 0, 1, 1}));
}

TEST_F(ExampleSourceTest, FingerprintsTellRowsAndLabelsApart) {
  const auto first = corpus(options())->fingerprint();
  EXPECT_EQ(corpus(options())->fingerprint(), first);
  EXPECT_NE(corpus(options(61))->fingerprint(), first);
  auto renamed = options();
  renamed.labels = {"yes", "no"};
  EXPECT_NE(corpus(renamed)->fingerprint(), first);
}

TEST_F(ExampleSourceTest, WhatIsMissingIsNamed) {
  EXPECT_TRUE(has_text(error_message([&] { corpus({}); }), "data.train"));
  auto of_glue = options();
  of_glue.glue = "MRPC";
  EXPECT_TRUE(has_text(error_message([&] { corpus(of_glue); }), "data.folder"));
  of_glue.folder = folder_.file("empty").string();
  EXPECT_TRUE(has_text(error_message([&] { corpus(of_glue); }), "train.tsv"));
  of_glue.glue = "STS-B";
  EXPECT_TRUE(has_text(error_message([&] { corpus(of_glue); }), "regression"));
}

// QNLI's folder may have dev alone: rows with one question stay together.
TEST_F(ExampleSourceTest, GlueWithoutTrainingIsCutByGroup) {
  std::string rows = "index\tquestion\tsentence\tlabel\n";
  for (int i = 0; i < 120; ++i)
    rows += std::to_string(i) + "\tquestion " + std::to_string(i / 4) + "\tsentence " +
            std::to_string(i) + (i % 2 == 0 ? "\tentailment\n" : "\tnot_entailment\n");
  folder_.write("glue/QNLI/dev.tsv", rows);
  LabelledOptions of_glue = options();
  of_glue.glue = "QNLI";
  of_glue.validation_share = of_glue.test_share = 0.3;
  of_glue.folder = folder_.file("glue").string();
  const LabelledParts parts = open_labelled_parts(of_glue);
  std::set<std::string> questions[3];
  std::size_t all = 0;
  for (const Split split : {Split::training, Split::validation, Split::test}) {
    for (const Example& example : parts.of(split).examples)
      questions[static_cast<int>(split)].insert(example.text);
    all += parts.of(split).examples.size();
  }
  EXPECT_EQ(all, 120u);
  for (const auto& question : questions[1]) EXPECT_FALSE(questions[0].contains(question));
  for (const auto& question : questions[2])
    EXPECT_FALSE(questions[0].contains(question) || questions[1].contains(question));
  EXPECT_TRUE(has_text(parts.origin, "cut by group")) << parts.origin;
}

TEST_F(ExampleSourceTest, HalvesOfDevAreWhatGlueIsChosenAndReportedOn) {
  for (const char* name : {"train", "dev"}) {
    std::string rows = "sentence\tlabel\n";
    for (int i = 0; i < 40; ++i)
      rows += std::string(name) + " sentence " + std::to_string(i) + (i % 2 ? "\t1\n" : "\t0\n");
    folder_.write(std::string("glue/SST-2/") + name + ".tsv", rows);
  }
  LabelledOptions of_glue = options();
  of_glue.glue = "SST-2";
  of_glue.folder = folder_.file("glue").string();
  const LabelledParts parts = open_labelled_parts(of_glue);
  EXPECT_EQ(parts.of(Split::training).examples.size(), 40u);
  EXPECT_EQ(parts.of(Split::validation).examples.size() + parts.of(Split::test).examples.size(),
            40u);
  for (const Split split : {Split::validation, Split::test}) {
    for (const Example& example : parts.of(split).examples)
      EXPECT_TRUE(example.text.starts_with("dev")) << example.text;
  }
}

}  // namespace
}  // namespace roformer::labelled
