#include "roformer/study/studies.h"

#include <fmt/ranges.h>

#include <filesystem>
#include <optional>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/metric/translation_score.h"
#include "roformer/study/arm_comparison.h"
#include "roformer/study/arms.h"
#include "roformer/study/drawings.h"
#include "roformer/study/result_file.h"
#include "roformer/study/table1_scores.h"
#include "roformer/study/translated_tests.h"
#include "roformer/task/recipe.h"
#include "roformer/task/translation_task.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

const std::vector<Arm> kTable1Arms = {{"roformer", "RoFormer", "paper/table1-roformer"},
                                      {"transformer", "Transformer", "paper/table1-transformer"}};

constexpr const char* text_keys[] = {"data.source",
                                     "data.target",
                                     "data.pairs",
                                     "data.validation_source",
                                     "data.validation_target",
                                     "data.test_source",
                                     "data.test_target"};

bool names_text(const std::vector<std::string>& changes) {
  for (const auto& change : changes) {
    for (const char* key : text_keys)
      if (change.starts_with(fmt::format("{}=", key))) return true;
  }
  return false;
}

// A file that the recipe names and that is not there; none: all are.
std::optional<std::string> missing_file(parallel::ParallelOptions options) {
  std::optional<std::string> missing;
  parallel::for_each_file_list(options, [&](const std::vector<std::string>& files) {
    for (const auto& file : files)
      if (file != "apt" && !fs::exists(file)) missing = file;
  });
  return missing;
}

// Every Debian and Ubuntu machine has pairs to learn from, its package descriptions. They stand in
// for the recipe's own text alone: what the user names must be there.
StudyOptions with_text_at_hand(StudyOptions options) {
  if (options.scale != "tiny" || names_text(options.changes)) return options;
  const auto recipe =
      task::read_recipe(task::find_recipe("paper/table1-roformer-tiny"), options.changes);
  const auto missing = missing_file(task::options_of<task::TranslationOptions>(recipe).parallel);
  if (!missing) return options;
  spdlog::warn(
      "table1: there is no {}; apt's English and German package descriptions take the place of the "
      "recipe's text",
      *missing);
  for (const char* key : text_keys) {
    const std::string_view name = key;
    if (name == "data.pairs") continue;
    options.changes.push_back(fmt::format("{}={}", name, name == "data.source" ? "apt" : "[]"));
  }
  return options;
}

// Before hours of training, not behind them.
void require_kept_models(const task::Recipe& recipe) {
  base::require(recipe.training.keep_last > 1,
                "[study] {}: expected checkpoint.keep_last of 2 or more, whose mean is scored, but "
                "got {}",
                recipe.path.string(), recipe.training.keep_last);
}

// The translations of both models of one seed on one test set, line by line.
struct TranslatedTest {
  std::vector<std::string> rotary, sinusoidal;
};

struct Table1Result {
  std::string data;  // a line on the text
  std::vector<TestSet> sets;
  std::vector<TranslatedTest> translations;  // by seed, then by set
  std::vector<ComparedTest> tests;           // by seed, by set, by kind of BLEU
  std::int64_t averaged = 0;                 // models of each run
  std::vector<ArmResult> arms;               // losses of both, not of the means
};

const LossUnit kSmoothed = {"loss", "smoothed loss, nats a word piece"};

constexpr const char* kTable1Claim =
    "The paper (Table 1): RoFormer \"gives better BLEU scores compared to its baseline "
    "alternative\", "
    "27.5 beside 27.3 on WMT 2014 English to German.";

fs::path averaged(const fs::path& run) {
  return run.string() + "-average";
}

// Models of one run on all test sets; the translations are kept beside the mean of its models.
std::vector<std::vector<std::string>> translations_of(const Arms& pair, const fs::path& run,
                                                      Table1Result& result) {
  result.averaged = average_last(pair.recipe(), run, averaged(run));
  std::vector<std::vector<std::string>> all;
  for (const TestSet& set : result.sets) {
    all.push_back(translate_lines(pair.recipe(), averaged(run), set.source, pair.options().device));
    base::write_file_atomically(averaged(run) / fmt::format("{}.translated", set.name),
                                fmt::format("{}\n", fmt::join(all.back(), "\n")));
  }
  return all;
}

bool is_tokenized(const task::Recipe& recipe) {
  return !task::options_of<task::TranslationOptions>(recipe).parallel.codes.empty();
}

// How translations are scored: sacreBLEU's way, and where text is tokenized the paper's.
std::vector<metric::TranslationScoreOptions> kinds_of_bleu(const task::Recipe& recipe) {
  std::vector<metric::TranslationScoreOptions> kinds = {score_options(recipe)};
  if (!is_tokenized(recipe)) return kinds;
  kinds.push_back(kinds.front());
  kinds.back().bleu.tokenizer = metric::ScoreTokenizer::compounds;
  return kinds;
}

ComparedTest compare_test(const TestSet& set, const TranslatedTest& translated,
                          const metric::TranslationScoreOptions& kind) {
  const metric::References references = {set.reference};
  const auto score_of = [&](const std::vector<std::string>& lines) {
    return metric::score_translations(lines, references, kind);
  };
  ComparedTest test;
  test.test = set.name;
  if (kind.bleu.tokenizer == metric::ScoreTokenizer::compounds) test.test += ", compounds split";
  test.scores = metric::compare_translations(score_of(translated.sinusoidal),
                                             score_of(translated.rotary), kind);
  return test;
}

std::vector<std::string> table1_notes(const Arms& pair, const Table1Result& result) {
  const auto& beam = task::options_of<task::TranslationOptions>(pair.recipe()).beam;
  std::vector<std::string> notes = {
      result.data,
      fmt::format("Mean of the last {} models of each run, beam {}, length penalty {}; {}.",
                  result.averaged, beam.beam_size, beam.length_penalty,
                  metric::bleu_signature(score_options(pair.recipe()).bleu, 1)),
      paper_note(is_tokenized(pair.recipe()))};
  const auto verdicts = score_verdicts(result.tests);
  notes.insert(notes.end(), verdicts.begin(), verdicts.end());
  return notes;
}

report::Table example_table(const Table1Result& result, std::size_t set) {
  constexpr std::size_t most_examples = 8;
  const TestSet& lines = result.sets[set];
  const TranslatedTest& test = result.translations[set];
  report::Table table;
  table.columns = {"source", "reference", "RoFormer", "Transformer"};
  table.align.assign(4, report::Align::left);
  for (std::size_t i = 0; i < std::min(most_examples, lines.source.size()); ++i)
    table.rows.push_back({lines.source[i], lines.reference[i], test.rotary[i], test.sinusoidal[i]});
  return table;
}

// Averages the last models of every run, translates the test sets with them and writes the
// translations beside the averages.
Table1Result gather_table1(const Arms& pair, const task::Material& material,
                           std::vector<TestSet> sets) {
  Table1Result result;
  result.data = material.summary();
  result.sets = std::move(sets);
  result.arms = gather_results(pair, material, kSmoothed);
  const auto kinds = kinds_of_bleu(pair.recipe());
  const auto rotary_runs = pair.runs(pair.arms()[0]), sinusoidal_runs = pair.runs(pair.arms()[1]);
  for (std::size_t seed = 0; seed < rotary_runs.size(); ++seed) {
    auto rotary = translations_of(pair, rotary_runs[seed], result);
    auto sinusoidal = translations_of(pair, sinusoidal_runs[seed], result);
    for (std::size_t i = 0; i < result.sets.size(); ++i) {
      result.translations.push_back({std::move(rotary[i]), std::move(sinusoidal[i])});
      for (const auto& kind : kinds) {
        result.tests.push_back(compare_test(result.sets[i], result.translations.back(), kind));
        result.tests.back().seed = static_cast<std::int64_t>(seed);
      }
    }
  }
  return result;
}

std::vector<std::string> verdicts_of_scores(const Table1Result& result) {
  std::vector<std::string> verdicts = score_verdicts(result.tests);
  if (const auto edge = edge_sentence(result.arms)) verdicts.push_back(*edge);
  return verdicts;
}

std::vector<report::Table> bleu_tables(const Arms& pair, const Table1Result& result) {
  std::vector<report::Table> tables = {score_table(result.tests)};
  if (pair.options().seeds > 1) tables.push_back(seed_table(result.tests));
  return tables;
}

std::vector<report::Table> tables_of_scores(const Arms& pair, const Table1Result& result) {
  std::vector<report::Table> tables = bleu_tables(pair, result);
  for (auto& table : tables_of(result.arms, "transformer", kSmoothed))
    tables.push_back(std::move(table));
  return tables;
}

report::LineChart bleu_chart(const Arms& pair) {
  return pair.chart("BLEU on validation pairs while training", "evaluation", {"BLEU", "BLEU"},
                    "bleu");
}

report::LineChart loss_chart(const Arms& pair) {
  return pair.chart("Validation loss", "evaluation", kSmoothed);
}

// The table and its verdict on standard output, and the same as a page with learning curves,
// examples and recipes.
void show_table1(const Arms& pair, const Table1Result& result) {
  const std::string& scale = pair.options().scale;
  const std::vector<report::Table> scores = bleu_tables(pair, result);
  report::Page page(fmt::format("Table 1: translation with and without RoPE, {} scale", scale));
  fmt::print("\nTable 1, {} scale\n\n", scale);
  for (const report::Table& table : scores) {
    report::print_table(table);
    fmt::print("\n");
  }
  print_results(result.arms, "transformer", kSmoothed);
  fmt::print("\n");
  for (const auto& line : table1_notes(pair, result)) {
    fmt::print("{}\n", line);
    page.paragraph(line);
  }
  page.section("Scores");
  for (const report::Table& table : scores) page.table(table);
  add_results(page, result.arms, "transformer", kSmoothed);
  page.section("Learning curves");
  page.chart(bleu_chart(pair));
  page.chart(loss_chart(pair));
  page.chart(pair.chart("Training loss", "training", kSmoothed));
  for (std::size_t i = 0; i < result.sets.size(); ++i)
    page.section("Translations: " + result.sets[i].name).table(example_table(result, i));
  pair.write_report(page);
  fmt::print("\nReport with plots and examples: {}\nModels: {} and {}\n",
             pair.report_path().string(), averaged(pair.runs(pair.arms()[0]).front()).string(),
             averaged(pair.runs(pair.arms()[1]).front()).string());
}

}  // namespace

int reproduce_table1(const StudyOptions& given) {
  Arms pair("table1", kTable1Arms, with_text_at_hand(given));
  require_arms(pair, {"roformer", "transformer"});
  require_kept_models(pair.recipe());
  const auto material = task::open_material(pair.recipe());
  auto sets = test_sets(pair.recipe(), *material);
  if (const int signal = pair.train(*material); signal != 0) return signal;
  const Table1Result result = gather_table1(pair, *material, std::move(sets));
  show_table1(pair, result);
  write_result_file(
      {.study = "table1",
       .title = "Table 1",
       .claim = kTable1Claim,
       .what = pair.what_ran(*material),
       .verdicts = verdicts_of_scores(result),
       .tables = tables_of_scores(pair, result),
       .command = pair.sources().command,
       .training_seconds = pair.training_seconds(),
       .pictures = write_drawings(pair.options().out,
                                  {{"bleu", bleu_chart(pair)}, {"validation", loss_chart(pair)}}),
       .models = to_json(result.arms, kSmoothed),
       .numbers = to_json(result.tests)},
      pair.options());
  return 0;
}

}  // namespace roformer::study
