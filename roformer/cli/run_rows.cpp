#include "roformer/cli/run_rows.h"

#include <any>

#include "roformer/base/log.h"
#include "roformer/labelled/encode_texts.h"
#include "roformer/task/recipe.h"

namespace roformer::cli {
namespace {

namespace fs = std::filesystem;

bool are_whole_texts(labelled::LabelUse use) {
  using enum labelled::LabelUse;
  return use == classes || use == numbers || use == ranking || use == choices;
}

// Where nothing says it, it is the tokenizer's files that do.
std::string_view kept_in_words(const std::optional<text::KeptPart>& keep) {
  if (!keep) return "";
  return *keep == text::KeptPart::tail ? ": the end of a text was kept"
                                       : ": begin and end of a text were kept";
}

}  // namespace

RunRows rows_of_run(const fs::path& model) {
  const fs::path own = task::own_recipe(model);
  if (own.empty() || !fs::exists(own.parent_path() / "metrics.jsonl")) return {};
  const task::Recipe recipe = task::read_recipe(own);
  const auto* data = std::any_cast<labelled::LabelledOptions>(&recipe.options);
  if (data == nullptr || !are_whole_texts(data->use)) return {};
  RunRows rows{.recipe = own, .glue = data->glue, .folder = data->folder, .length = {}};
  rows.length.max_length = data->max_length;
  rows.length.truncate = true;
  rows.length.keep = labelled::kept_of_cut(*data);
  return rows;
}

void CutRows::add(bool is_cut, std::int64_t number) {
  if (is_cut && count_++ == 0) first_ = number;
}

void CutRows::report(const pipeline::LengthOptions& length, const RunRows& run) const {
  if (count_ == 0) return;
  std::string limit = "the model has positions";
  if (length.max_length > 0) limit = fmt::format("{} tokens", length.max_length);
  if (!run.recipe.empty()) limit += fmt::format(", data.max_length of {},", run.recipe.string());
  spdlog::warn("{} longer than {} and cut (the first: line {}){}",
               count_ == 1 ? "1 line was" : fmt::format("{} lines were", count_), limit, first_,
               kept_in_words(length.keep));
}

}  // namespace roformer::cli
