// Recipes: TOML with typed reads, and the options of [data].
#include "fuzz/input.h"
#include "roformer/base/toml_table.h"
#include "roformer/data/data_options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] {
    const auto table = base::TomlTable::parse(fuzz::text_of(data, size), "recipe.toml");
    data::read_data_options(table.table("data"));
    const auto model = table.table("model");
    model.get("hidden_size", std::int64_t{1});
    model.get("layer_norm_eps", 1.0);
    model.get("hidden_act", "gelu");
    model.get("tie_word_embeddings", true);
    for (const auto& stage : table.tables("stage")) {
      stage.get("steps", 1);
      stage.reject_unknown_keys();
    }
    table.to_string();
    model.reject_unknown_keys();
  });
  return 0;
}
