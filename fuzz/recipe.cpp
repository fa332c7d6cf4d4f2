// Recipes: TOML, then every section with its checks.
#include "roformer/task/recipe.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] { task::parse_recipe(fuzz::text_of(data, size), "recipe.toml"); });
  return 0;
}
