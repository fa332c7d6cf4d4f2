#include "roformer/labelled/labelled_parts.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/labelled/chinese_pairs.h"
#include "roformer/labelled/glue.h"

namespace roformer::labelled {

namespace fs = std::filesystem;

namespace {

using data::Split;

std::string file_in_words(const GlueFile& file) {
  return file.path.filename().string() + (file.is_sample ? " (a sample)" : "");
}

LabelledParts glue_parts_of(const LabelledOptions& options) {
  base::require(!options.folder.empty(),
                "[data] expected data.folder, where GLUE's files of {} lie, but got none",
                options.glue);
  const GlueTask task = glue_task(options.glue);
  const GlueFiles files = find_glue_files(task, options.folder);
  const PartShares shares{options.validation_share, options.test_share, options.split_seed};
  const auto read = [&](const GlueFile& file) { return read_glue_file(task, file.path); };
  const auto& dev = options.mismatched ? files.validation_mismatched : files.validation;
  base::require(!options.mismatched || (files.training && dev),
                "[data] {}: expected training and mismatched dev rows of {} but got: {}",
                options.folder, task.name, files.describe(task));
  LabelledParts parts;
  if (files.training && dev) {
    parts.of(Split::training) = read(*files.training);
    cut_in_halves(read(*dev), options.split_seed, parts);
    parts.origin = fmt::format("{}; validation and test are halves of {}",
                               file_in_words(*files.training), file_in_words(*dev));
    return parts;
  }
  const auto& only = files.training ? files.training : files.validation;
  base::require(only.has_value(), "[data] {}: expected training or dev rows of {} but got: {}",
                options.folder, task.name, files.describe(task));
  base::require(
      task.name != "SST-2" || files.validation,
      "[data] {}: expected dev.tsv of SST-2, whose training phrases lie within each other "
      "and are never held out, but got: {}",
      options.folder, files.describe(task));
  cut_by_shares(read(*only), shares, parts);
  parts.origin =
      fmt::format("all three parts are of {}, cut by {}", file_in_words(*only),
                  task.columns.group.empty() ? "row" : "group, so that none is in two of them");
  return parts;
}

// Files named by options, each read by `read_file`, which knows what stands in it.
template <typename ReadFile>
LabelledParts parts_of_known_files(const LabelledOptions& options, const ReadFile& read_file) {
  return parts_of_files<LabelledText>(options, [&](const std::vector<fs::path>& files) {
    LabelledText text;
    for (const fs::path& file : files) text.append(read_file(file));
    return text;
  });
}

LabelledParts parts_of_tables(const LabelledOptions& options) {
  const TextColumns columns{.text = options.text,
                            .text_pair = options.text_pair,
                            .label = options.label,
                            .group = options.group};
  return parts_of_files<LabelledText>(options, [&](const std::vector<fs::path>& files) {
    return read_labelled_text(files, columns, table_options(options));
  });
}

}  // namespace

void cut_in_halves(const LabelledText& dev, std::uint64_t seed, LabelledParts& parts) {
  const auto halves = halves_by_group(group_hashes(dev), seed);
  for (const Split split : {Split::validation, Split::test})
    parts.of(split) = examples_of(dev, halves, split);
}

LabelledParts open_labelled_parts(const LabelledOptions& options) {
  if (!options.pairs.empty()) {
    if (!options.model_labels) return chinese_parts(options);
    return parts_of_known_files(options,
                                [set = chinese_pairs(options.pairs)](const fs::path& file) {
                                  return read_chinese_pairs(set, file);
                                });
  }
  if (options.glue.empty()) return parts_of_tables(options);
  if (!options.model_labels) return glue_parts_of(options);
  return parts_of_known_files(options, [task = glue_task(options.glue)](const fs::path& file) {
    return read_glue_file(task, file);
  });
}

}  // namespace roformer::labelled
