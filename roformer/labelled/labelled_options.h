// The section [data] of a recipe of labelled text: which files and columns, what is held out, and
// how texts become tokens.
#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/toml_table.h"
#include "roformer/labelled/embedding_options.h"
#include "roformer/labelled/table.h"

namespace roformer::labelled {

/// What is asked for of each example: which keys there are.
enum class LabelUse {
  classes,     // of a text or a pair
  numbers,     // the same
  ranking,     // which of the texts beside one text is better
  tags,        // of words
  questions,   // where in a text the answer stands
  choices,     // which of several ways to go on is right
  embeddings,  // a vector of each text, so that those of texts alike are near
};

/// What a ranking is learned by, and what of a row is scored.
struct RankingLoss {
  std::string pooling = "cls", loss = "difference";
};

/// visit(base::Option, value) for the keys of [task] of a ranking.
template <typename Ranking, typename Visit>
void for_each_ranking_option(Ranking& ranking, const Visit& visit) {
  visit(base::Option{"pooling",
                     "what of a row is scored: [CLS] by a classifier of one number, or the mean of "
                     "all tokens by one product (Zhuiyi's for CAIL2019-SCM)",
                     {},
                     {"cls", "mean"}},
        ranking.pooling);
  visit(base::Option{"loss",
                     "difference: −log σ of how far the better is ahead; each: binary cross "
                     "entropy of each row by itself, of grades 0 and 1",
                     {},
                     {"difference", "each"}},
        ranking.loss);
}

/// What each member means stands in its entry below.
struct LabelledOptions {
  LabelUse use = LabelUse::classes;
  std::string glue, pairs, folder;
  bool mismatched = false;
  std::vector<std::string> train, validation, test;
  std::string text = "text", text_pair, negative;
  std::string label = "label";
  std::string group;
  std::string prefix;
  std::vector<std::string> choices;
  std::string format;
  bool header = true;
  std::int64_t word_column = 1, tag_column = 0;
  std::vector<std::string> labels;
  std::vector<std::string> class_weights;  // [task]'s: class_weights.h
  RankingLoss ranking;                     // [task]'s, of rankings
  EmbeddingOptions embedding;              // [task]'s, of sentence encoders
  // The names of a finished model's labels (none where it gives numbers): the test files alone are
  // read, and nothing is learned. No key of recipes: task::recipe_of_files.
  std::optional<std::vector<std::string>> model_labels;
  double validation_share = 0.1, test_share = 0.1;
  std::uint64_t split_seed = 0;
  std::int64_t folds = 0, fold = 0;
  std::int64_t max_length = 128;
  std::string keep = "head";
  std::int64_t stride = 64;
  std::int64_t max_answer_length = 30;
  std::string vocabulary;
  std::int64_t vocab_size = 8192;
  bool lower_case = true;
  std::filesystem::path cache;
};

/// Reads [data]. Throws Error naming the key that is unknown, without effect beside the others, or
/// whose value is out of range.
LabelledOptions read_labelled_options(const base::TomlTable& table, LabelUse use);

/// visit(base::Option, value) for the keys that say which files and columns there are. Lists and
/// names that are empty are as if they were not there.
template <typename Options, typename Visit>
void for_each_file_option(Options& o, const Visit& visit) {
  using base::Option, base::at_least;
  const auto only_of = [&](std::initializer_list<LabelUse> uses, const char* what) {
    return std::find(uses.begin(), uses.end(), o.use) == uses.end() ? what : nullptr;
  };
  using enum LabelUse;
  const char* of_glue_tasks = only_of({classes, numbers, embeddings},
                                      "expected it only for classification, regression and "
                                      "embedding");
  visit(Option{"glue",
               "MRPC, SST-2, QNLI, STS-B, QQP or MNLI: files, columns and labels are known",
               {},
               {},
               of_glue_tasks},
        o.glue);
  visit(Option{"pairs",
               "AFQMC, LCQMC, STS-B, PAWS-X, BQ or ATEC, Chinese: files, columns and labels are "
               "known",
               {},
               {},
               o.glue.empty() ? of_glue_tasks : "expected it only without data.glue"},
        o.pairs);
  const bool known = !o.glue.empty() || !o.pairs.empty();
  visit(Option{"folder",
               "of the files of data.glue or data.pairs",
               {},
               {},
               known ? nullptr : "expected it only with data.glue or data.pairs"},
        o.folder);
  const char* genres = o.glue == "MNLI" ? nullptr : "expected it only with data.glue = \"MNLI\"";
  visit(Option{"mismatched", "hold out rows of other genres than training's", {}, {}, genres},
        o.mismatched);
  const char* of_files =
      known ? "expected it only without data.glue and data.pairs, which know it" : nullptr;
  const char* learned = o.use == tags        ? "files of words in columns, as CoNLL's"
                        : o.use == questions ? "files of questions: SQuAD's .json, or .jsonl"
                                             : "files of rows: .tsv, .csv (quotes), .jsonl";
  visit(Option{"train", learned, {}, {}, of_files}, o.train);
  visit(Option{"validation", "files that rates and models are chosen by", {}, {}, of_files},
        o.validation);
  visit(Option{"test", "files that nothing is chosen by", {}, {}, of_files}, o.test);
  const char* of_tables = of_files ? of_files
                                   : only_of({classes, numbers, ranking, choices, embeddings},
                                             "expected it only for tasks whose files are tables");
  visit(Option{"format",
               "of the files; empty: as their names end",
               {},
               {"", "tsv", "csv", "jsonl"},
               of_tables},
        o.format);
  visit(Option{"header", "whether the first row names the columns", {}, {}, of_tables}, o.header);
  const char* text = o.use == choices ? "the column of what the choices go on from"
                     : o.use == ranking
                         ? "the column of the query: rows alike in it compete"
                         : "a column's name, or its number from 1 where there is no header";
  visit(Option{"text", text, {}, {}, of_tables}, o.text);
  const char* of_pairs = of_files ? of_files
                                  : only_of({classes, numbers, ranking, embeddings},
                                            "expected it only for tasks of pairs");
  const char* pair = o.use == ranking
                         ? "the column of what is ranked, where each row has one of them"
                     : o.use == embeddings ? "the column of a text that belongs to it; empty: none"
                                           : "the column of a second text; empty: none";
  visit(Option{"text_pair", pair, {}, {}, of_pairs}, o.text_pair);
  const char* of_embeddings =
      of_files ? of_files : only_of({embeddings}, "expected it only for embedding");
  const char* negative =
      "the column of a text that is near data.text and does not belong to it, "
      "for task.loss in_batch; empty: none";
  visit(Option{"negative", negative, {}, {}, of_embeddings}, o.negative);
  const char* of_choices = only_of({choices}, "expected it only for multiple_choice");
  visit(Option{"prefix", "a column that each choice begins with; empty: none", {}, {}, of_choices},
        o.prefix);
  const char* of_columns =
      only_of({choices, ranking}, "expected it only for multiple_choice and ranking");
  const char* columns = o.use == ranking
                            ? "columns of what is ranked, where each row has all of them: triplets"
                            : "their columns, at least two; they have to be given";
  visit(Option{"choices", columns, {}, {}, of_columns}, o.choices);
  const char* label =
      o.use == choices ? "the column of the right choice: number from 0, letter, name"
      : o.use == ranking && !o.choices.empty()
          ? "the column of the best of data.choices; empty: the first of them"
      : o.use == ranking    ? "the column of a number: the larger the better"
      : o.use == embeddings ? "the column of a number: how near a pair is; empty: none"
                            : "the column of the class or the number";
  visit(Option{"label", label, {}, {}, of_tables}, o.label);
  const char* of_groups =
      of_files ? of_files
               : only_of({classes, numbers, embeddings},
                         "expected it only for classification, regression and embedding");
  const char* group = "rows alike in this column are never held out apart; empty: none";
  visit(Option{"group", group, {}, {}, of_groups}, o.group);
  const char* of_tags = only_of({tags}, "expected it only for token_classification");
  visit(Option{"word_column", "from 1", at_least(1), {}, of_tags}, o.word_column);
  visit(Option{"tag_column", "from 1; 0: the last", at_least(0), {}, of_tags}, o.tag_column);
  const char* of_labels =
      of_files ? of_files
               : only_of({classes, tags}, "expected it only for classes of texts and words");
  const char* labels = "in the order of their numbers; empty: those of the training rows";
  visit(Option{"labels", labels, {}, {}, of_labels}, o.labels);
}

/// visit(base::Option, value) for each key, in the order of reading.
template <typename Options, typename Visit>
void for_each_option(Options& o, const Visit& visit) {
  using base::Option, base::at_least, base::between;
  for_each_file_option(o, visit);
  const char* either = "expected a share or files to hold out, not both";
  const char* share = "of the rows' groups, where there is no such part, by their hash";
  visit(
      Option{
          "validation_share", share, between(0, 0.49), {}, o.validation.empty() ? nullptr : either},
      o.validation_share);
  visit(Option{"test_share", share, between(0, 0.49), {}, o.test.empty() ? nullptr : either},
        o.test_share);
  visit(Option{"split_seed", "of the hash, apart from the training's"}, o.split_seed);
  const char* of_folds = o.use == LabelUse::ranking ? nullptr : "expected it only for ranking";
  visit(Option{"folds",
               "cut all rows into so many equal parts by query, of which one is test and the next "
               "validation, in place of the shares; 0: do not",
               {.least = 0},
               {},
               of_folds},
        o.folds);
  visit(Option{"fold",
               "the part that is test, from 0",
               at_least(0),
               {},
               o.folds > 0 ? of_folds : "expected it only with data.folds"},
        o.fold);
  const char* of_questions =
      o.use == LabelUse::questions ? nullptr : "expected it only for question_answering";
  const char* length =
      o.use == LabelUse::questions ? "tokens of a window; longer texts have several"
      : o.use == LabelUse::tags    ? "tokens of a row; longer sentences are read in pieces"
                                   : "tokens of a row; longer texts are cut, and counted";
  visit(Option{"max_length", length, at_least(3)}, o.max_length);
  const bool cuts_rows = o.use != LabelUse::questions && o.use != LabelUse::tags;
  visit(Option{"keep",
               "what is kept of texts that are cut: their begin, their end, or half of each",
               {},
               {"head", "tail", "both"},
               cuts_rows ? nullptr : "expected it only for rows of whole texts"},
        o.keep);
  visit(Option{"stride", "tokens that windows share", at_least(0), {}, of_questions}, o.stride);
  visit(Option{"max_answer_length", "tokens of an answer at most", at_least(1), {}, of_questions},
        o.max_answer_length);
  const char* vocabulary = "vocab.txt, tokenizer.json or a folder with one; empty: trained";
  visit(Option{"vocabulary", vocabulary}, o.vocabulary);
  visit(Option{"vocab_size", "of a trained vocabulary", between(16, 1 << 24)}, o.vocab_size);
  visit(Option{"lower_case", "of a trained vocabulary"}, o.lower_case);
  std::string cache = o.cache.string();
  visit(Option{"cache", "folder of trained vocabularies"}, cache);
  if constexpr (!std::is_const_v<Options>) o.cache = cache;
}

/// How the tables are written.
TableOptions table_options(const LabelledOptions& options);

/// The options that name files, for who looks for them beside the recipe: visit(list of names).
template <typename Visit>
void for_each_file_list(LabelledOptions& o, const Visit& visit) {
  for (auto* files : {&o.train, &o.validation, &o.test}) visit(*files);
}

}  // namespace roformer::labelled
