#include "roformer/data/data_options.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"

namespace roformer::data {

DataOptions read_data_options(const base::TomlTable& table, DataUse use) {
  DataOptions options;
  options.cache = base::default_cache_folder();
  table.read("vocabulary", options.vocabulary);
  if (options.is_bytes()) {
    base::require(use == DataUse::causal_language,
                  "[data] {}: expected a vocabulary of words for task.kind = \"masked_lm\" but got "
                  "\"bytes\", which has no [MASK]; task.kind = \"causal_lm\" learns bytes",
                  table.where("vocabulary"));
    options.validation_share = 0.05;  // 90 / 5 / 5, enwik8's usual division
  }
  for_each_option(options, use, [&](const base::Option& option, auto& value) {
    table.read_option("data", option, value);
  });
  base::require(!options.next_sentence || options.segments == 2,
                "[data] {}: expected it only with data.segments = 2 but got one segment",
                table.where("next_sentence"));
  base::require(options.document != documents::DocumentRule::pair || options.segments == 2,
                "[data] {}: expected \"pair\" only with data.segments = 2 but got one segment",
                table.where("document"));
  const double held_out = options.share_of(Split::validation) + options.share_of(Split::test);
  base::require(held_out < 1,
                "[data] {}: expected it and data.validation_share to leave a share to learn from "
                "but got {:g} of the text held out",
                table.where("test_share"), held_out);
  const std::string only = split_option(options).one_of.front();
  const std::string split = table.get("split", only);
  base::require(split == only, "[data] {}: expected {} but got \"{}\"", table.where("split"), only,
                split);
  table.reject_unknown_keys();
  base::require(!options.text.empty(), "[data] {}: expected files, folders or \"apt\" but got none",
                table.where("text"));
  return options;
}

const char* files_key(Split split) {
  constexpr const char* keys[] = {"data.text", "data.validation_text", "data.test_text"};
  return keys[static_cast<std::size_t>(split)];
}

base::Option split_option(const DataOptions& options) {
  const char* only = options.is_bytes() ? "ranges" : "documents";
  return {"split", "what is held out whole", {}, {only}};
}

}  // namespace roformer::data
