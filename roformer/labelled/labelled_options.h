// The section [data] of a recipe of labelled text: which files and columns, what is held out, and
// how texts become tokens.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/toml_table.h"

namespace roformer::labelled {

/// What each member means stands in its entry below.
struct LabelledOptions {
  std::string glue, folder;
  std::vector<std::string> train, validation, test;
  std::string text = "text", text_pair;
  std::string label = "label";
  std::string group;
  bool header = true;
  std::vector<std::string> labels;
  double validation_share = 0.1, test_share = 0.1;
  std::uint64_t split_seed = 0;
  std::int64_t max_length = 128;
  std::string vocabulary;
  std::int64_t vocab_size = 8192;
  bool lower_case = true;
  std::filesystem::path cache;
};

/// Reads [data]. Throws Error naming the key that is unknown, without effect beside the others, or
/// whose value is out of range.
LabelledOptions read_labelled_options(const base::TomlTable& table);

/// visit(base::Option, value) for each key, in the order of reading. Lists and names that are empty
/// are as if they were not there.
template <typename Options, typename Visit>
void for_each_option(Options& o, const Visit& visit) {
  using base::Option, base::at_least, base::between;
  visit(
      Option{"glue", "MRPC, SST-2, QNLI, STS-B, QQP or MNLI: files, columns and labels are known"},
      o.glue);
  const bool known = !o.glue.empty();
  const char* of_glue = known ? nullptr : "expected it only with data.glue";
  visit(Option{"folder", "of GLUE's files", {}, {}, of_glue}, o.folder);
  const char* of_files = known ? "expected it only without data.glue, which knows it" : nullptr;
  visit(Option{"train", "files of rows: .tsv, .csv (quotes), .jsonl", {}, {}, of_files}, o.train);
  visit(Option{"validation", "files that rates and models are chosen by", {}, {}, of_files},
        o.validation);
  visit(Option{"test", "files that nothing is chosen by", {}, {}, of_files}, o.test);
  visit(Option{"header", "whether the first row names the columns", {}, {}, of_files}, o.header);
  const char* column = "a column's name, or its number from 1 where there is no header";
  visit(Option{"text", column, {}, {}, of_files}, o.text);
  visit(Option{"text_pair", "the column of a second text; empty: none", {}, {}, of_files},
        o.text_pair);
  visit(Option{"label", "the column of the class or the number", {}, {}, of_files}, o.label);
  const char* group = "rows alike in this column are never held out apart; empty: none";
  visit(Option{"group", group, {}, {}, of_files}, o.group);
  const char* labels = "in the order of their numbers; empty: those of the training rows";
  visit(Option{"labels", labels, {}, {}, of_files}, o.labels);
  const char* either = "expected a share or files to hold out, not both";
  const char* share = "of the rows' groups, where there is no such part, by their hash";
  visit(
      Option{
          "validation_share", share, between(0, 0.49), {}, o.validation.empty() ? nullptr : either},
      o.validation_share);
  visit(Option{"test_share", share, between(0, 0.49), {}, o.test.empty() ? nullptr : either},
        o.test_share);
  visit(Option{"split_seed", "of the hash, apart from the training's"}, o.split_seed);
  visit(Option{"max_length", "tokens of a row; longer texts are cut, and counted", at_least(3)},
        o.max_length);
  const char* vocabulary = "vocab.txt, tokenizer.json or a folder with one; empty: trained";
  visit(Option{"vocabulary", vocabulary}, o.vocabulary);
  visit(Option{"vocab_size", "of a trained vocabulary", between(16, 1 << 24)}, o.vocab_size);
  visit(Option{"lower_case", "of a trained vocabulary"}, o.lower_case);
  std::string cache = o.cache.string();
  visit(Option{"cache", "folder of trained vocabularies"}, cache);
  if constexpr (!std::is_const_v<Options>) o.cache = cache;
}

/// The options that name files, for who looks for them beside the recipe: visit(list of names).
template <typename Visit>
void for_each_file_list(LabelledOptions& o, const Visit& visit) {
  for (auto* files : {&o.train, &o.validation, &o.test}) visit(*files);
}

}  // namespace roformer::labelled
