#include "roformer/labelled/labelled_options.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/labelled/glue.h"

namespace roformer::labelled {

LabelledOptions read_labelled_options(const base::TomlTable& table, LabelUse use) {
  LabelledOptions options;
  options.use = use;
  if (use == LabelUse::questions) {  // transformers' run_qa.py
    options.max_length = 384;
    options.stride = 128;
  }
  if (use == LabelUse::embeddings) options.label.clear();
  options.cache = base::default_cache_folder();
  for_each_option(options, [&](const base::Option& option, auto& value) {
    table.read_option("data", option, value);
  });
  table.reject_unknown_keys();
  base::require(use != LabelUse::questions || options.stride < options.max_length,
                "[data] {}: expected less than data.max_length, {}, but got {}",
                table.where("stride"), options.max_length, options.stride);
  if (!options.glue.empty())
    base::at_place(fmt::format("[data] {}", table.where("glue")),
                   [&] { options.glue = glue_task(options.glue).name; });
  base::require(
      options.group.empty() || options.validation.empty() || options.test.empty(),
      "[data] {}: expected it only where a part is held out by a share but data.validation "
      "and data.test name files: rows alike in that column may be in several",
      table.where("group"));
  if (!options.validation.empty()) options.validation_share = 0;
  if (!options.test.empty()) options.test_share = 0;
  return options;
}

}  // namespace roformer::labelled
