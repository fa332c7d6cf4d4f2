#include "roformer/task/model_card.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/base/version.h"
#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

using tests::has_text;

ModelCard sample_card() {
  ModelCard card;
  card.name = "films";
  card.task = "classification";
  card.architecture = "RoFormerForSequenceClassification";
  card.model_type = "roformer";
  card.parameters = 1234567;
  card.sizes = {{"hidden_size", "128"}};
  card.labels = {"bad", "go`od"};
  card.data = "8 rows to learn from, 4 for validation (films.csv)";
  card.epoch = "8 rows";
  card.longest = 32;
  card.step = card.total_steps = 40;
  card.last = CardEvaluation{40, {{"accuracy", 0.5}, {"loss", 0.75}}};
  card.best = CardEvaluation{20, {{"accuracy", 0.625}, {"loss", 0.5}}};
  card.seed = 7;
  card.uses = {"roformer classify --model {} < lines.txt"};
  card.recipe = "[task]\nkind = \"classification\"\n";
  return card;
}

TEST(ModelCard, SaysWhatTheModelIs) {
  const std::string text = to_markdown(sample_card());
  EXPECT_TRUE(text.starts_with(
      "---\npipeline_tag: text-classification\ntags:\n- roformer\n- classification\n---\n<!-- "));
  for (const std::string part :
       {"\n# films\n", "A `RoFormerForSequenceClassification` trained by roformer ", "seed 7",
        "its weights drawn anew", "the model of step 40 of 40.", "| parameters | 1,234,567 |",
        "| hidden_size | 128 |", "0 `bad`, 1 `` go`od ``.",
        "8 rows to learn from, 4 for validation", "An epoch is 8 rows.",
        "| figure | step 40, the last | step 20, the best |\n|---|---|---|\n",
        "| accuracy | 0.5000 | 0.6250 |", "| loss | 0.7500 | 0.5000 |",
        "roformer classify --model DIR < lines.txt\n", "had more than 32 tokens",
        "learned from nothing but 8 rows", "```toml\n[task]\nkind = \"classification\"\n```\n"})
    EXPECT_TRUE(has_text(text, part)) << part << "\n" << text;
  EXPECT_TRUE(has_text(text, base::kVersion));
  EXPECT_FALSE(has_text(text, "license"));
}

TEST(ModelCard, OfTheBestModelSaysWhatItWasChosenBy) {
  ModelCard card = sample_card();
  EXPECT_FALSE(has_text(to_markdown(card), "the model was chosen by them"));
  card.step = 20;
  card.chosen_among = 3;
  card.started_from = "/models/first";
  const std::string text = to_markdown(card);
  EXPECT_TRUE(has_text(text, "step 20 of 40, which was the best of 3 evaluations")) << text;
  EXPECT_TRUE(has_text(text, "the model was chosen by them")) << text;
  EXPECT_TRUE(has_text(text, "begun with the model in `/models/first`")) << text;
  EXPECT_FALSE(has_text(text, "nothing but")) << text;
}

TEST(ModelCard, OneEvaluationIsOneColumn) {
  ModelCard card = sample_card();
  EXPECT_FALSE(has_text(to_markdown(card), "a fixed sample"));
  card.evaluated = 50;
  EXPECT_TRUE(has_text(to_markdown(card), "more than 50 sequences, a fixed sample of so many."));
  card.best = card.last;
  EXPECT_TRUE(has_text(to_markdown(card), "| figure | step 40, the last |\n|---|---|\n"));
  card.last = card.best = std::nullopt;  // stopped before there was one
  EXPECT_FALSE(has_text(to_markdown(card), "## Figures"));
}

TEST(ModelCard, FrontMatterOfEachClass) {
  ModelCard card = sample_card();
  for (const auto& [name, tag] : {std::pair{"BertForMaskedLM", "fill-mask"},
                                  {"RoFormerForCausalLM", "text-generation"},
                                  {"MarianMTModel", "translation"},
                                  {"RoFormerTranslationModel", "translation"},
                                  {"BertForTokenClassification", "token-classification"},
                                  {"BertForMultipleChoice", "multiple-choice"}}) {
    card.architecture = name;
    EXPECT_TRUE(has_text(to_markdown(card), std::string("---\npipeline_tag: ") + tag + "\n"));
  }
  card.architecture = "Another";
  EXPECT_TRUE(to_markdown(card).starts_with("---\ntags:\n"));
}

TEST(ModelCard, OnlyOursIsWrittenOver) {
  const tests::TestFolder folder;
  ModelCard card = sample_card();
  EXPECT_TRUE(write_model_card(folder.path(), card));
  card.name = "other";
  EXPECT_TRUE(write_model_card(folder.path(), card));
  EXPECT_EQ(base::read_file(folder.file("README.md")), to_markdown(card));
  folder.write("README.md", "my own");
  EXPECT_FALSE(write_model_card(folder.path(), card));
  EXPECT_EQ(base::read_file(folder.file("README.md")), "my own");
}

TEST(ModelCard, ARunWithoutACheckpointHasNone) {
  const tests::TestFolder folder;
  EXPECT_TRUE(has_text(tests::error_message([&] { write_model_cards({}, {}, folder.path()); }),
                       "expected a checkpoint in " + folder.path().string()));
}

}  // namespace
}  // namespace roformer::task
