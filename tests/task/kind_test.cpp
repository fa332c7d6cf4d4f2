#include "roformer/task/kind.h"

#include <gtest/gtest.h>

#include <set>

#include "roformer/data/data_options.h"
#include "roformer/task/translation_task.h"
#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

constexpr const char* kStage = "[[stage]]\nbatch_size = 4\nsteps = 10\n";

TEST(Kind, EveryKindIsFoundByItsName) {
  std::set<std::string_view> names;
  for (const Kind* kind : kinds()) {
    names.insert(kind->name());
    EXPECT_EQ(&find_kind(kind->name(), "here"), kind);
  }
  EXPECT_EQ(names.size(), kinds().size());
  EXPECT_TRUE(names.contains("masked_lm") && names.contains("causal_lm") &&
              names.contains("translation"));
  const auto message = tests::error_message([] { find_kind("masked", "recipe.toml:2"); });
  for (const auto name : names) EXPECT_TRUE(tests::has_text(message, name)) << message;
  EXPECT_TRUE(tests::has_text(message, "recipe.toml:2"));
}

TEST(Kind, OptionsOfAnotherKindAreNotThere) {
  const Recipe masked = parse_recipe(kStage, "masked.toml");
  EXPECT_EQ(options_of<data::DataOptions>(masked).text.front(), "apt");
  const auto message = tests::error_message([&] { options_of<TranslationOptions>(masked); });
  EXPECT_TRUE(tests::has_text(message, "masked.toml")) << message;
  EXPECT_TRUE(tests::has_text(message, "masked_lm")) << message;
}

TEST(Kind, LanguageModelsThatDoNotFitThemselvesAreRefused) {
  const auto read = [](const std::string& model) {
    return tests::error_message(
        [&] { parse_recipe(std::string(kStage) + "[model]\n" + model, "recipe.toml"); });
  };
  EXPECT_EQ(read("hidden_size = 96\nnum_attention_heads = 4\n"), "no error");
  EXPECT_TRUE(tests::has_text(read("hidden_size = 100\n"), "[recipe] recipe.toml: "));
  EXPECT_TRUE(tests::has_text(read("hidden_size = 100\n"), "num_attention_heads"));
  const auto positions = read("preset = \"bert-base\"\nmax_position_embeddings = 511\n");
  EXPECT_TRUE(tests::has_text(positions, "at least the longest sequence, 512, but got 511"))
      << positions;
}

}  // namespace
}  // namespace roformer::task
