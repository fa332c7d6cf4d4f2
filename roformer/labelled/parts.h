// The three parts of a labelled text: as its files say, and of our own making where one is lacking,
// by group, so that nothing leaks from one into another.
#pragma once
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/data/split.h"
#include "roformer/labelled/groups.h"
#include "roformer/labelled/labelled_options.h"

namespace roformer::labelled {

template <typename Text>
struct Parts {
  std::array<Text, 3> texts;
  std::string origin;  // in words: which files, and which parts are of our making

  Text& of(data::Split split) { return texts[static_cast<std::size_t>(split)]; }
  const Text& of(data::Split split) const { return texts[static_cast<std::size_t>(split)]; }
};

/// Cuts a text by its groups into options.folds parts of which fold options.fold is the test part,
/// the next one (the first behind the last) the validation part, and the others are learned from.
template <typename Text>
void cut_into_folds(const Text& text, const LabelledOptions& options, Parts<Text>& parts) {
  const auto of_row =
      parts_by_fold(group_hashes(text), options.folds, options.fold, options.split_seed);
  for (const data::Split split :
       {data::Split::training, data::Split::validation, data::Split::test})
    parts.of(split) = examples_of(text, of_row, split);
}

/// Cuts a text by its groups: `group_hashes(text)` and `examples_of(text, parts, part)` are those of
/// its kind. A part that has files already has no share and stays.
template <typename Text>
void cut_by_shares(const Text& text, const PartShares& shares, Parts<Text>& parts) {
  const auto of_row = parts_by_group(group_hashes(text), shares);
  for (const data::Split split :
       {data::Split::training, data::Split::validation, data::Split::test}) {
    if (split == data::Split::training || parts.of(split).files.empty())
      parts.of(split) = examples_of(text, of_row, split);
  }
}

/// The parts of the files that options name, of which `read` (list of paths, and where it asks for
/// it the part that they are read for → Text, which has `files`) makes texts; with
/// options.model_labels the test part alone. Throws Error for options without files to learn from.
template <typename Text, typename Read>
Parts<Text> parts_of_files(const LabelledOptions& options, const Read& read) {
  const auto text_of = [&](const std::vector<std::string>& names, data::Split part) -> Text {
    const std::vector<std::filesystem::path> paths(names.begin(), names.end());
    if constexpr (std::is_invocable_v<Read, decltype(paths), data::Split>)
      return read(paths, part);
    else
      return read(paths);
  };
  Parts<Text> parts;
  if (options.model_labels) {
    parts.of(data::Split::test) = text_of(options.test, data::Split::test);
    parts.origin = fmt::format("{}", fmt::join(options.test, ", "));
    return parts;
  }
  base::require(!options.train.empty(), "[data] expected data.train, files to learn from{}",
                options.use == LabelUse::classes || options.use == LabelUse::numbers ||
                        options.use == LabelUse::embeddings
                    ? ", or data.glue but got neither"
                    : ", but got none");
  parts.origin = fmt::format("{}", fmt::join(options.train, ", "));
  if (options.folds > 0) {
    cut_into_folds(text_of(options.train, data::Split::training), options, parts);
    parts.origin += fmt::format("; fold {} of {} is test", options.fold, options.folds);
    return parts;
  }
  if (!options.validation.empty())
    parts.of(data::Split::validation) = text_of(options.validation, data::Split::validation);
  if (!options.test.empty()) parts.of(data::Split::test) = text_of(options.test, data::Split::test);
  cut_by_shares(text_of(options.train, data::Split::training),
                {options.validation_share, options.test_share, options.split_seed}, parts);
  return parts;
}

}  // namespace roformer::labelled
