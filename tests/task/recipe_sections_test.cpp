#include "roformer/task/recipe_sections.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

using tests::error_message;
using tests::has_text;

TEST(RecipeSections, AModelOfTwoSides) {
  Recipe recipe;
  const auto read = [&](const std::string& keys) {
    return read_translation_model(base::TomlTable::parse("[model]\n" + keys), recipe);
  };
  EXPECT_EQ(read("preset = \"transformer-tiny\"\ndecoder_layers = 2\nhidden_size = 64\n"
                 "position_encoding = \"shaw\"\nshaw_clip = 3\n"),
            2);
  EXPECT_EQ(recipe.model.hidden_size, 64);
  EXPECT_EQ(recipe.model.embedding_size, 64);  // as it is with the preset
  EXPECT_EQ(recipe.model.vocab_size, 0);
  EXPECT_EQ(recipe.model.encoding.shaw_clip, 3);
  EXPECT_EQ(recipe.resolved.flat().at("model.decoder_layers"), "2");
  EXPECT_EQ(recipe.resolved.flat().at("model.shaw_clip"), "3");
  EXPECT_EQ(read(""), 0);
  EXPECT_EQ(recipe.model.hidden_size, 512);  // transformer-base
  const auto refusal = [&](const std::string& keys) { return error_message([&] { read(keys); }); };
  EXPECT_TRUE(has_text(refusal("shaw_clip = 3\n"), "only with position_encoding shaw"));
  EXPECT_TRUE(has_text(refusal("position_encoding = \"odd\"\n"), "to be one of none"));
  EXPECT_TRUE(has_text(refusal("decoder_layers = -1\n"), "decoder_layers"));
  EXPECT_TRUE(has_text(refusal("is_decoder = true\n"), "is_decoder"));
}

TEST(RecipeSections, SizesWhateverTheVocabulary) {
  model::EncoderConfig config = model::preset("roformer-tiny");
  config.vocab_size = 0;
  config.pad_token_id = 77;
  EXPECT_NO_THROW(require_sound(config, "here"));
  config.num_attention_heads = 7;
  EXPECT_TRUE(has_text(error_message([&] { require_sound(config, "here"); }), "[recipe] here: "));
}

TEST(RecipeSections, ATableOfPositionsHasAnEnd) {
  Recipe recipe;
  recipe.path = "here.toml";
  recipe.model = model::preset("bert-tiny");
  recipe.model.encoding.name = "learned";
  recipe.model.max_position_embeddings = 16;
  EXPECT_NO_THROW(require_positions(recipe, 16, "the longest line"));
  const std::string message =
      error_message([&] { require_positions(recipe, 17, "the longest line"); });
  EXPECT_TRUE(has_text(message, "here.toml: ")) << message;
  EXPECT_TRUE(has_text(message, "to be at least the longest line, 17, but got 16")) << message;
  recipe.model.encoding.name = "rotary";
  EXPECT_NO_THROW(require_positions(recipe, 17, "the longest line"));
}

TEST(RecipeSections, PairsBesideTheRecipe) {
  const tests::TestFolder files;
  const auto beside = files.write("text.en", "one\n");
  Recipe recipe;
  recipe.path = files.file("recipe.toml");
  const auto read = [&](const std::string& keys) {
    return read_parallel_data(base::TomlTable::parse("[data]\n" + keys), recipe);
  };
  const auto pairs = read("source = [\"text.en\"]\ntarget = [\"absent.de\"]\nmax_length = 9\n");
  EXPECT_EQ(pairs.source, std::vector<std::string>{std::filesystem::canonical(beside).string()});
  EXPECT_EQ(pairs.target, std::vector<std::string>{"absent.de"});  // as it was given
  const auto flat = recipe.resolved.flat();
  EXPECT_EQ(flat.at("data.max_length"), "9");
  EXPECT_FALSE(flat.contains("data.pairs") || flat.contains("data.codes"));  // empty: not there
  EXPECT_TRUE(has_text(
      error_message([&] { read("source = [\"a\"]\ntarget = [\"b\"]\nvalidation_share = 0\n"); }),
      "data.validation_share above 0"));
}

}  // namespace
}  // namespace roformer::task
