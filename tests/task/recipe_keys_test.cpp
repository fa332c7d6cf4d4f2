#include "roformer/task/recipe_keys.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/task/kind.h"
#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

using tests::has_text;

TEST(RecipeKeys, EveryKeyThatARecipeEndsUpWithIsThere) {
  const std::string page = recipe_keys_page();
  for (const Kind* kind : kinds()) {
    const std::string text = "task.kind = \"" + std::string(kind->name()) +
                             "\"\n[[stage]]\nbatch_tokens = 1024\nsteps = 5\n";
    for (const auto& [name, value] : parse_recipe(text, "recipe.toml").resolved.flat()) {
      std::string key = name;
      if (key.starts_with("stage.0.")) key.replace(0, 8, "stage.");
      EXPECT_TRUE(has_text(page, "| `" + key + "` |")) << kind->name() << ": " << key;
    }
  }
}

TEST(RecipeKeys, ConditionsAndDefaultsThatHangOnOthers) {
  const std::string page = recipe_keys_page();
  EXPECT_TRUE(has_text(page, "| shaw | `model.shaw_clip` | whole number | `16` |"));
  EXPECT_TRUE(has_text(page, "| tupe, nezha | `model.position_form` |"));
  EXPECT_TRUE(has_text(page, "`768`; follows `model.hidden_size`"));
  EXPECT_TRUE(has_text(page, "`4000`; follows `stage.steps`"));
  EXPECT_TRUE(has_text(page, "(only with `data.vocabulary = \"bytes\"`)"));
  EXPECT_TRUE(has_text(page, "(not with `data.vocabulary` or `data.codes`)"));
  EXPECT_TRUE(has_text(page, "(only with `task.loss = \"cosine\"`)"));
  EXPECT_TRUE(has_text(page, "(not with `task.loss = \"cosine\"`)"));
  EXPECT_TRUE(has_text(page, "| `model.num_hidden_layers` | `6` | `6` | `3` |"));
  EXPECT_FALSE(has_text(page, base::default_cache_folder().string()));
}

}  // namespace
}  // namespace roformer::task
