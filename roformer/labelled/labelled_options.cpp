#include "roformer/labelled/labelled_options.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/names.h"
#include "roformer/labelled/chinese_pairs.h"
#include "roformer/labelled/glue.h"

namespace roformer::labelled {
namespace {

void require_folds(const LabelledOptions& options, const base::TomlTable& table) {
  if (options.folds == 0) return;
  constexpr int least = 3;  // test, validation, and what is learned from
  base::require(options.folds >= least, "[data] {}: expected {} or more, or 0, but got {}",
                table.where("folds"), least, options.folds);
  base::require(options.fold < options.folds,
                "[data] {}: expected less than data.folds, {}, but got {}", table.where("fold"),
                options.folds, options.fold);
  base::require(options.validation.empty() && options.test.empty(),
                "[data] {}: expected no data.validation and data.test beside it but got some",
                table.where("folds"));
}

// As data.format names them; empty: none.
constexpr base::Named<TableKind> kTableFormats[] = {{"tsv", TableKind::tab_separated},
                                                    {"csv", TableKind::comma_separated},
                                                    {"jsonl", TableKind::json_lines}};

}  // namespace

TableOptions table_options(const LabelledOptions& options) {
  return {.kind = base::find_named(kTableFormats, options.format), .has_header = options.header};
}

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
  if (!options.pairs.empty())
    base::at_place(fmt::format("[data] {}", table.where("pairs")),
                   [&] { options.pairs = chinese_pairs(options.pairs).name; });
  base::require(
      options.group.empty() || options.validation.empty() || options.test.empty(),
      "[data] {}: expected it only where a part is held out by a share but data.validation "
      "and data.test name files: rows alike in that column may be in several",
      table.where("group"));
  require_folds(options, table);
  if (!options.validation.empty()) options.validation_share = 0;
  if (!options.test.empty()) options.test_share = 0;
  return options;
}

}  // namespace roformer::labelled
