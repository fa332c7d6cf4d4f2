#include "roformer/task/recipe_model.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "roformer/checkpoint/save.h"
#include "roformer/head/language_model.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

// Six tokens, [PAD] among them at 3.
text::Tokenizer six_tokens() {
  return text::wordpiece_tokenizer(
      text::Vocabulary({"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "word"}));
}

Recipe small_model_recipe(const std::string& more = "") {
  return parse_recipe(
      "[[stage]]\nlength = 8\nbatch_size = 4\nsteps = 10\n[model]\npreset = \"roformer-tiny\"\n"
      "hidden_size = 8\nnum_hidden_layers = 1\nnum_attention_heads = 2\nintermediate_size = 16\n" +
          more,
      "asked.toml");
}

TEST(RecipeModel, TheVocabularyFillsTheModelIn) {
  Recipe recipe = small_model_recipe();
  model::EncoderConfig& config = recipe.model;
  EXPECT_EQ(config.vocab_size, 0);
  EXPECT_EQ(with_vocabulary(recipe, six_tokens()).vocab_size, 6);
  EXPECT_EQ(with_vocabulary(recipe, six_tokens()).pad_token_id, 3);
  config.vocab_size = 7;
  EXPECT_TRUE(has_text(error_message([&] { with_vocabulary(recipe, six_tokens()); }),
                       "asked.toml: expected model.vocab_size to be the 6 of the vocabulary"));
  EXPECT_NO_THROW(require_words(config, six_tokens()));  // a loaded model may have more
  config.vocab_size = 5;
  EXPECT_TRUE(has_text(error_message([&] { require_words(config, six_tokens()); }),
                       "at least the vocabulary's 6 words but got 5"));
}

// BERT and RoFormer of Figure 3, left: the run's seed says the weights that both have.
TEST(RecipeModel, OfOneSeedModelsDifferInThePositionsAlone) {
  const auto drawn = [](const char* preset, const char* encoding, std::int64_t seed) {
    Recipe recipe = parse_recipe(
        fmt::format("[[stage]]\nlength = 8\nbatch_size = 4\nsteps = 10\n[model]\npreset = "
                    "\"{}\"\nhidden_size = 8\nnum_hidden_layers = 1\nnum_attention_heads = 2\n"
                    "intermediate_size = 16\nposition_encoding = \"{}\"\n[run]\nseed = {}\n",
                    preset, encoding, seed),
        "asked.toml");
    return starting_model<head::LanguageModel>(recipe, six_tokens());
  };
  const auto bert = drawn("bert-tiny", "learned", 4),
             roformer = drawn("roformer-tiny", "rotary", 4),
             other = drawn("roformer-tiny", "rotary", 5);
  const auto bert_weights = bert->named_parameters(), other_weights = other->named_parameters();
  EXPECT_EQ(bert_weights.size(), roformer->named_parameters().size() + 1);
  std::int64_t changed = 0;
  for (const auto& item : roformer->named_parameters()) {
    const std::string prefix = "roformer.";
    const std::string name =
        item.key().starts_with(prefix) ? "bert." + item.key().substr(prefix.size()) : item.key();
    EXPECT_TRUE(torch::equal(bert_weights[name], item.value())) << name;
    changed += torch::equal(other_weights[item.key()], item.value()) ? 0 : 1;
  }
  EXPECT_EQ(changed, 7);  // words, types, four products of the block, the head's
}

TEST(RecipeModel, WhatDiffersInAFoundModelIsNamed) {
  const auto differs = [](const Recipe& recipe, const auto& change) {
    model::EncoderConfig found = recipe.model;
    change(found);
    return error_message([&] { require_recipe_model(recipe, found, "folder"); });
  };
  const Recipe softmax = small_model_recipe();
  EXPECT_EQ(differs(softmax, [](auto& m) { m.hidden_size = 16; }), "no error");  // what it learned
  EXPECT_EQ(differs(softmax, [](auto& m) { m.encoding.shaw_clip = 3; }), "no error");
  const auto theta = differs(softmax, [](auto& m) { m.encoding.rope_theta = 500; });
  for (const char* part :
       {"folder", "asked.toml", "rope_theta = \"10000.0\"", "--set model.rope_theta=500.0"})
    EXPECT_TRUE(has_text(theta, part)) << theta;
  EXPECT_TRUE(has_text(differs(softmax, [](auto& m) { m.encoding.name = "none"; }),
                       "position_encoding = \"rotary\""));
  EXPECT_TRUE(has_text(differs(softmax, [](auto& m) { m.attention = "linear"; }),
                       "attention = \"softmax\""));
  EXPECT_TRUE(has_text(differs(softmax, [](auto& m) { m.is_decoder = true; }),
                       "expected an encoder for task.kind = \"masked_lm\""));
  const Recipe favor = small_model_recipe(
      "attention = \"linear\"\nattention_probs_dropout_prob = 0\nfeature_map = \"favor\"\n"
      "num_features = 6\n");
  EXPECT_EQ(differs(favor, [](auto&) {}), "no error");
  EXPECT_TRUE(
      has_text(differs(favor, [](auto& m) { m.linear.num_features = 8; }), "num_features = \"6\""));
  EXPECT_TRUE(
      has_text(differs(favor, [](auto& m) { m.linear.feature_map = "elu"; }), "feature_map"));
}

TEST(RecipeModel, TheSeedOfTheRecipeDrawsTheWeights) {
  const auto words = [](std::uint64_t seed) {
    Recipe recipe = small_model_recipe();
    recipe.seed = seed;
    return starting_model<head::LanguageModel>(recipe, six_tokens())->encoder()->word_embeddings();
  };
  EXPECT_EQ(words(1).size(0), 6);
  EXPECT_TRUE(torch::equal(words(1), words(1)));
  EXPECT_FALSE(torch::equal(words(1), words(2)));
}

TEST(RecipeModel, WeightsComeBackWhole) {
  const tests::TestFolder files;
  const auto folder = files.file("model");
  Recipe recipe = small_model_recipe();
  const auto model = starting_model<head::LanguageModel>(recipe, six_tokens());
  checkpoint::save_model(*model, folder);
  recipe.seed = 9;
  auto other = starting_model<head::LanguageModel>(recipe, six_tokens());
  restore_weights(*other, folder);
  const auto loaded = load_recipe_model<head::LanguageModel>(recipe, folder, "language model");
  for (const auto& item : model->named_parameters()) {
    EXPECT_TRUE(torch::equal(other->named_parameters()[item.key()], item.value())) << item.key();
    EXPECT_TRUE(torch::equal(loaded->named_parameters()[item.key()], item.value())) << item.key();
  }
  head::LanguageModel pooled(model->config(), model::HeadConfig(), true);
  EXPECT_TRUE(has_text(error_message([&] { restore_weights(*pooled, folder); }), "pooler"));
  recipe.model.encoding.name = "none";
  EXPECT_TRUE(has_text(
      error_message([&] { load_recipe_model<head::LanguageModel>(recipe, folder, "model"); }),
      "position_encoding"));
}

}  // namespace
}  // namespace roformer::task
