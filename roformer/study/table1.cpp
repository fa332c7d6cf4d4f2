#include "roformer/study/studies.h"

#include <fmt/ranges.h>

#include <filesystem>
#include <optional>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/metric/translation_score.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/translated_tests.h"
#include "roformer/task/recipe.h"
#include "roformer/task/translation_task.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

const Side rotary_side = {"roformer", "RoFormer"};
const Side sinusoidal_side = {"transformer", "Transformer"};

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

// Both models of one seed on one test set.
struct TranslatedTest {
  std::string test;
  std::int64_t seed = 0;
  std::vector<std::string> rotary, sinusoidal;  // translations, line by line
  metric::TranslationScore rotary_score, sinusoidal_score;
  metric::TranslationComparison comparison;  // baseline: sinusoidal
};

struct Table1Result {
  std::string data;  // a line on the text
  std::vector<TestSet> sets;
  std::vector<TranslatedTest> tests;  // by seed, then by set
  std::int64_t averaged = 0;          // models of each run
};

// Table 1: WMT 2014 English to German.
const std::vector<std::string> table1_paper_row = {
    "the paper, newstest2014", "27.3", "27.5", "+0.2", "", "", ""};

fs::path averaged(const fs::path& run) {
  return run.string() + "-average";
}

// Models of one run on all test sets; the translations are kept beside the mean of its models.
std::vector<std::vector<std::string>> translations_of(const PairedRuns& pair, const fs::path& run,
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

std::vector<std::string> score_row(const TranslatedTest& test, bool with_seed) {
  const auto& bleu = test.comparison.bleu;
  const std::string name = with_seed ? fmt::format("{} seed {}", test.test, test.seed) : test.test;
  return {name,
          fmt::format("{:.2f} ± {:.2f}", bleu.baseline.score, bleu.baseline.half_width),
          fmt::format("{:.2f} ± {:.2f}", bleu.system.score, bleu.system.half_width),
          fmt::format("{:+.2f}", bleu.system.score - bleu.baseline.score),
          bleu.differs ? fmt::format("{:.3f}", bleu.p_value) : "none",
          fmt::format("{:.2f}", test.sinusoidal_score.chrf),
          fmt::format("{:.2f}", test.rotary_score.chrf)};
}

report::Table score_table(const Table1Result& result, bool with_seeds) {
  report::Table table;
  table.caption = "BLEU ± half of its 95 % interval (bootstrap over the test sentences), and chrF";
  table.columns = {"test set", "Transformer", "RoFormer",      "difference",
                   "p",        "chrF",        "chrF, RoFormer"};
  for (const TranslatedTest& test : result.tests) table.rows.push_back(score_row(test, with_seeds));
  table.rows.push_back(table1_paper_row);
  return table;
}

// What the seeds together say of a test set.
std::string seeds_verdict(const Table1Result& result, const TestSet& set) {
  std::vector<double> differences;
  for (const TranslatedTest& test : result.tests) {
    if (test.test != set.name) continue;
    differences.push_back(test.rotary_score.bleu.score - test.sinusoidal_score.bleu.score);
  }
  if (differences.size() < 2)
    return fmt::format(
        "{}: one seed; p is of the choice of test sentences, not of the training "
        "(--seeds 3 tells more).",
        set.name);
  return fmt::format(
      "{}: RoFormer's BLEU is higher by {:.2f} on average over {} seeds, standard "
      "error {:.2f}.",
      set.name, mean_of(differences), differences.size(), standard_error(differences));
}

std::vector<std::string> table1_notes(const PairedRuns& pair, const Table1Result& result) {
  const auto& beam = task::options_of<task::TranslationOptions>(pair.recipe()).beam;
  std::vector<std::string> notes = {
      result.data,
      fmt::format("Mean of the last {} models of each run, beam {}, length penalty {}; {}.",
                  result.averaged, beam.beam_size, beam.length_penalty,
                  metric::bleu_signature(score_options(pair.recipe()).bleu, 1)),
      "p: paired bootstrap resampling of the difference in BLEU (Koehn 2004), 1,000 resamples."};
  for (const TestSet& set : result.sets) notes.push_back(seeds_verdict(result, set));
  return notes;
}

report::Table example_table(const Table1Result& result, std::size_t set) {
  constexpr std::size_t most_examples = 8;
  const TestSet& lines = result.sets[set];
  const TranslatedTest& test = result.tests[set];
  report::Table table;
  table.columns = {"source", "reference", "RoFormer", "Transformer"};
  table.align.assign(4, report::Align::left);
  for (std::size_t i = 0; i < std::min(most_examples, lines.source.size()); ++i)
    table.rows.push_back({lines.source[i], lines.reference[i], test.rotary[i], test.sinusoidal[i]});
  return table;
}

// Averages the last models of every run, translates the test sets with them and writes the
// translations beside the averages.
Table1Result gather_table1(const PairedRuns& pair, const task::Material& material,
                           std::vector<TestSet> sets) {
  Table1Result result;
  result.data = material.summary();
  result.sets = std::move(sets);
  const auto scoring = score_options(pair.recipe());
  const auto rotary_runs = pair.runs(pair.first()), sinusoidal_runs = pair.runs(pair.second());
  for (std::size_t seed = 0; seed < rotary_runs.size(); ++seed) {
    auto rotary = translations_of(pair, rotary_runs[seed], result);
    auto sinusoidal = translations_of(pair, sinusoidal_runs[seed], result);
    for (std::size_t i = 0; i < result.sets.size(); ++i) {
      TranslatedTest test;
      test.test = result.sets[i].name;
      test.seed = static_cast<std::int64_t>(seed);
      test.rotary = std::move(rotary[i]);
      test.sinusoidal = std::move(sinusoidal[i]);
      const metric::References references = {result.sets[i].reference};
      test.rotary_score = metric::score_translations(test.rotary, references, scoring);
      test.sinusoidal_score = metric::score_translations(test.sinusoidal, references, scoring);
      test.comparison =
          metric::compare_translations(test.sinusoidal_score, test.rotary_score, scoring);
      result.tests.push_back(std::move(test));
    }
  }
  return result;
}

// The table and its verdict on standard output, and the same as a page with learning curves,
// examples and recipes.
void show_table1(const PairedRuns& pair, const Table1Result& result) {
  const std::string& scale = pair.options().scale;
  const report::Table scores = score_table(result, pair.options().seeds > 1);
  report::Page page(fmt::format("Table 1: translation with and without RoPE, {} scale", scale));
  fmt::print("\nTable 1, {} scale\n\n", scale);
  report::print_table(scores);
  fmt::print("\n");
  for (const auto& line : table1_notes(pair, result)) {
    fmt::print("{}\n", line);
    page.paragraph(line);
  }
  page.section("Scores").table(scores);
  const LossUnit nats = {"loss", "smoothed loss, nats a word piece"};
  page.section("Learning curves");
  page.chart(pair.chart("BLEU on validation pairs while training", "evaluation", {"BLEU", "BLEU"},
                        "bleu"));
  page.chart(pair.chart("Validation loss", "evaluation", nats));
  page.chart(pair.chart("Training loss", "training", nats));
  for (std::size_t i = 0; i < result.sets.size(); ++i)
    page.section("Translations: " + result.sets[i].name).table(example_table(result, i));
  pair.write_report(page);
  fmt::print("\nReport with plots and examples: {}\nModels: {} and {}\n",
             pair.report_path().string(), averaged(pair.runs(pair.first()).front()).string(),
             averaged(pair.runs(pair.second()).front()).string());
}

}  // namespace

int reproduce_table1(const StudyOptions& given) {
  const PairedRuns pair("table1", rotary_side, sinusoidal_side, with_text_at_hand(given));
  require_kept_models(pair.recipe());
  const auto material = task::open_material(pair.recipe());
  auto sets = test_sets(pair.recipe(), *material);
  if (const int signal = pair.train(*material); signal != 0) return signal;
  show_table1(pair, gather_table1(pair, *material, std::move(sets)));
  return 0;
}

}  // namespace roformer::study
