#include "roformer/task/resolved_recipe.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

TEST(ResolvedRecipe, SectionsInOrderAndStagesNumbered) {
  ResolvedRecipe recipe;
  recipe.begin("model");
  recipe.add("hidden_size", to_toml(std::int64_t{8}));
  recipe.begin("[stage]");
  recipe.add("steps", to_toml(std::int64_t{1}));
  recipe.begin("[stage]");
  recipe.add("steps", to_toml(std::int64_t{2}));
  EXPECT_EQ(recipe.to_toml(),
            "[model]\nhidden_size = 8\n\n[[stage]]\nsteps = 1\n\n[[stage]]\nsteps = 2\n");
  EXPECT_EQ(recipe.flat(),
            (std::map<std::string, std::string>{
                {"model.hidden_size", "8"}, {"stage.0.steps", "1"}, {"stage.1.steps", "2"}}));
}

TEST(ToToml, ValuesReadBack) {
  const std::string quoted = "a \"b\" \\ \n\x01 ü";
  const double numbers[] = {0.1, 1e-9, 5, -0.25, 1e300};
  std::string text = "text = " + to_toml(std::string_view(quoted)) + "\nyes = " + to_toml(true) +
                     "\nlist = " + to_toml(std::vector<std::string>{"x", quoted}) + "\n";
  for (std::size_t i = 0; i < std::size(numbers); ++i)
    text += fmt::format("n{} = {}\n", i, to_toml(numbers[i]));
  const auto table = base::TomlTable::parse(text);
  EXPECT_EQ(table.get("text", ""), quoted);
  EXPECT_TRUE(table.get("yes", false));
  EXPECT_EQ(table.get_strings("list", {}), (std::vector<std::string>{"x", quoted}));
  for (std::size_t i = 0; i < std::size(numbers); ++i)
    EXPECT_EQ(table.get(fmt::format("n{}", i), 0.0), numbers[i]);
  EXPECT_EQ(to_toml(5.0), "5.0");  // a float, not a whole number
  EXPECT_EQ(to_toml(std::vector<double>{1, 2.5}), "[1.0, 2.5]");
}

TEST(SectionReader, DefaultsAreWrittenAndUnknownKeysRefused) {
  ResolvedRecipe recipe;
  SectionReader reader(base::TomlTable::parse("given = 3\nodd = 1\n"), "part", recipe);
  std::int64_t given = 1, absent = 2;
  reader.read({"given", "a number"}, given);
  reader.read({"absent", "another"}, absent);
  EXPECT_EQ(given, 3);
  EXPECT_EQ(absent, 2);
  EXPECT_EQ(recipe.to_toml(), "[part]\ngiven = 3\nabsent = 2\n");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { reader.finish(); }), "odd"));
}

TEST(SectionReader, NumbersOutOfRangeAreNamed) {
  ResolvedRecipe recipe;
  SectionReader reader(base::TomlTable::parse("seed = -1\n"), "run", recipe);
  std::uint64_t seed = 0;
  const auto message = tests::error_message([&] { reader.read({"seed", "of all"}, seed); });
  EXPECT_TRUE(tests::has_text(message, "seed")) << message;
  EXPECT_TRUE(tests::has_text(message, "at least 0 but got -1")) << message;
}

}  // namespace
}  // namespace roformer::task
