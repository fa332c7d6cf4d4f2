#include "roformer/base/toml_table.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

const char* recipe_text = R"(name = "tiny"
[model]
hidden_size = 64
dropout = 0.1
bias = true
[data]
text = ["a.txt", "b.txt"]
[[stage]]
length = 128
steps = 5
[[stage]]
length = 512
steps = 7
)";

using tests::error_message;
using tests::has_text;

TEST(TomlTable, ReadsTypes) {
  const auto recipe = TomlTable::parse(recipe_text);
  EXPECT_EQ(recipe.get("name", "x"), "tiny");
  const auto model = recipe.table("model");
  EXPECT_EQ(model.get("hidden_size", 1), 64);
  EXPECT_EQ(model.get("hidden_size", std::int64_t{1}), 64);
  EXPECT_DOUBLE_EQ(model.get("dropout", 0.0), 0.1);
  EXPECT_DOUBLE_EQ(model.get("hidden_size", 0.0), 64.0);
  EXPECT_TRUE(model.get("bias", false));
  EXPECT_EQ(recipe.table("data").get_strings("text", {}),
            (std::vector<std::string>{"a.txt", "b.txt"}));
  EXPECT_EQ(recipe.get_strings("name", {}), std::vector<std::string>{"tiny"});
  ASSERT_EQ(recipe.tables("stage").size(), 2u);
  EXPECT_EQ(recipe.tables("stage")[1].get("length", 0), 512);
}

TEST(TomlTable, FallsBackWhereAbsent) {
  const auto recipe = TomlTable::parse("");
  EXPECT_FALSE(recipe.has("name"));
  EXPECT_EQ(recipe.get("name", "x"), "x");
  EXPECT_EQ(recipe.table("model").get("hidden_size", 3), 3);
  EXPECT_TRUE(recipe.tables("stage").empty());
  EXPECT_NO_THROW(recipe.table("model").reject_unknown_keys());
}

// A change by hand makes keys of the document meaningless; what is meaningless anyway, or given by
// hand, is an error.
TEST(TomlTable, WhatAChangeLeavesWithoutEffectIsLeftOut) {
  const auto refuse = [](const std::vector<std::string>& changes) {
    const auto recipe = TomlTable::parse(recipe_text, "r.toml", changes);
    recipe.table("model").refuse_without_effect("room", "dropout", "expected none");
    recipe.table("model").refuse_without_effect("room", "absent", "expected none");
    return recipe.left_out();
  };
  const std::vector<std::string> line = {
      "r.toml:4 [model] dropout is left out, since a --set leaves it without effect: expected "
      "none"};
  EXPECT_EQ(refuse({"model.bias=false"}), line);
  EXPECT_EQ(refuse({"model.heads=3"}), line);
  EXPECT_EQ(refuse({"task.kind=other"}), line);
  for (const std::vector<std::string>& changes :
       {std::vector<std::string>{}, {"data.text=x"}, {"name=x"}}) {
    EXPECT_EQ(error_message([&] { refuse(changes); }),
              "[room] r.toml:4 [model] dropout: expected none");
  }
  EXPECT_TRUE(has_text(error_message([&] {
                         refuse({"model.bias=false", "model.dropout=0.2"});
                       }),
                       "(changed by --set) [model] dropout: expected none"));
}

TEST(TomlTable, WrongTypeNamesLine) {
  const auto recipe = TomlTable::parse(recipe_text, "r.toml");
  const auto text = error_message([&] { recipe.table("model").get("dropout", 1); });
  EXPECT_TRUE(has_text(text, "r.toml:4 [model] dropout")) << text;
  EXPECT_THROW(recipe.get("name", 1.0), Error);
  EXPECT_THROW(recipe.table("name"), Error);
  EXPECT_THROW(recipe.tables("model"), Error);
  EXPECT_THROW(recipe.table("model").get("hidden_size", ""), Error);
  EXPECT_THROW(recipe.table("model").get_strings("hidden_size", {}), Error);
}

TEST(TomlTable, IntegersWrittenAsFloats) {
  const auto recipe = TomlTable::parse("steps = 1e5\nhuge = 3000000000\nhalf = 0.5");
  EXPECT_EQ(recipe.get("steps", 0), 100000);
  EXPECT_EQ(recipe.get("huge", std::int64_t{0}), 3000000000);
  EXPECT_THROW(recipe.get("huge", 0), Error);
  EXPECT_THROW(recipe.get("half", std::int64_t{0}), Error);
}

TEST(TomlTable, UnknownKeySuggestsNearest) {
  const auto recipe = TomlTable::parse("[model]\nhiden_size = 3\n", "r.toml");
  const auto model = recipe.table("model");
  model.get("hidden_size", 1);
  model.get("num_layers", 1);
  const auto text = error_message([&] { model.reject_unknown_keys(); });
  EXPECT_TRUE(has_text(text, "r.toml:2 [model] hiden_size")) << text;
  EXPECT_TRUE(has_text(text, "'hidden_size'")) << text;
  EXPECT_NO_THROW(recipe.reject_unknown_keys());
}

TEST(TomlTable, ReadersOfOneSectionShareWhatIsKnown) {
  const auto recipe = TomlTable::parse("[data]\ntext = 'x'\nseed = 1\n");
  recipe.table("data").get("text", "");
  const auto data = recipe.table("data");
  EXPECT_THROW(data.reject_unknown_keys(), Error);
  data.get("seed", 0);
  EXPECT_NO_THROW(data.reject_unknown_keys());
}

TEST(TomlTable, AppliesChanges) {
  const auto recipe = TomlTable::parse(
      recipe_text, "r.toml",
      {"model.hidden_size=128", "stage.0.steps=10", "data.text=/x/*.txt", "new.section.key=[1, 2]",
       "name=\"3\"", "data.day=2024-01-01", "data.note=a = b"});
  EXPECT_EQ(recipe.table("model").get("hidden_size", 0), 128);
  EXPECT_EQ(recipe.tables("stage")[0].get("steps", 0), 10);
  EXPECT_EQ(recipe.tables("stage")[1].get("steps", 0), 7);
  EXPECT_EQ(recipe.table("data").get("text", ""), "/x/*.txt");
  EXPECT_EQ(recipe.table("data").get("day", ""), "2024-01-01");
  EXPECT_EQ(recipe.table("data").get("note", ""), "a = b");
  EXPECT_EQ(recipe.get("name", ""), "3");
  EXPECT_TRUE(recipe.table("new").table("section").has("key"));
  EXPECT_TRUE(has_text(recipe.table("model").where("hidden_size"), "--set"));
  EXPECT_TRUE(recipe.table("model").is_changed("hidden_size"));
}

TEST(TomlTable, RefusesBadChanges) {
  for (const char* change :
       {"", "name", "=3", "a..b=1", "stage.2.steps=1", "stage.x.steps=1", "name.x=1",
        "model.hidden_size.x=2", "data.text=[1", "data.text=\"x"}) {
    EXPECT_THROW(TomlTable::parse(recipe_text, "r.toml", {change}), Error) << change;
  }
}

TEST(TomlTable, RoundTripsAsText) {
  const auto recipe = TomlTable::parse(recipe_text, "r.toml", {"model.hidden_size=128"});
  const auto again = TomlTable::parse(recipe.to_string(), "again");
  EXPECT_EQ(again.table("model").get("hidden_size", 0), 128);
  EXPECT_EQ(again.tables("stage")[1].get("steps", 0), 7);
  EXPECT_EQ(again.to_string(), recipe.to_string());
  EXPECT_EQ(TomlTable::parse("").to_string(), "");
}

TEST(TomlTable, SyntaxErrorNamesFileAndLine) {
  const auto text = error_message([] { TomlTable::parse("a = 1\nb = = 2\n", "broken.toml"); });
  EXPECT_TRUE(has_text(text, "broken.toml:2")) << text;
  EXPECT_TRUE(has_text(error_message([] { TomlTable::parse_file("/nonexistent/recipe.toml"); }),
                       "recipe.toml"));
}

}  // namespace
}  // namespace roformer::base
