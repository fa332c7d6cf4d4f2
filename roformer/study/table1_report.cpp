#include "roformer/study/table1_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "roformer/base/file.h"
#include "roformer/report/page.h"
#include "roformer/study/statistics.h"
#include "roformer/task/translation_task.h"
#include "roformer/train/training_report.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

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
  table.caption = "BLEU (95 % interval by bootstrap) and chrF";
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

report::LineChart bleu_chart(const PairedRuns& pair) {
  report::LineChart chart;
  chart.title = "BLEU on validation pairs while training";
  chart.x_title = "step";
  chart.y_title = "BLEU";
  for (const Side& side : {pair.first(), pair.second()}) {
    const auto runs = pair.runs(side);
    for (std::size_t seed = 0; seed < runs.size(); ++seed) {
      const std::string name =
          runs.size() > 1 ? fmt::format("{} seed {}", side.name, seed) : side.name;
      chart.series.push_back(
          train::metric_series(runs[seed] / "metrics.jsonl", "evaluation", "bleu", name));
    }
  }
  return chart;
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

}  // namespace

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

void print_table1(const PairedRuns& pair, const Table1Result& result) {
  fmt::print("\nTable 1, {} scale\n\n", pair.options().scale);
  report::print_table(score_table(result, pair.options().seeds > 1));
  fmt::print("\n");
  for (const auto& line : table1_notes(pair, result)) fmt::print("{}\n", line);
  fmt::print("\nReport with plots and examples: {}\nModels: {} and {}\n",
             (pair.options().out / "report.html").string(),
             averaged(pair.runs(pair.first()).front()).string(),
             averaged(pair.runs(pair.second()).front()).string());
}

void write_table1(const PairedRuns& pair, const Table1Result& result, const fs::path& path) {
  report::Page page(
      fmt::format("Table 1: translation with and without RoPE, {} scale", pair.options().scale));
  for (const auto& line : table1_notes(pair, result)) page.paragraph(line);
  page.section("Scores").table(score_table(result, pair.options().seeds > 1));
  page.section("Learning curves").chart(bleu_chart(pair));
  const LossUnit nats = {"loss", "smoothed loss, nats a word piece", 1};
  page.chart(pair.chart("Validation loss", "evaluation", nats));
  page.chart(pair.chart("Training loss", "training", nats));
  for (std::size_t i = 0; i < result.sets.size(); ++i)
    page.section("Translations: " + result.sets[i].name).table(example_table(result, i));
  for (const auto& [name, recipe] : pair.recipe_texts())
    page.section("Recipe: " + name).code(recipe);
  report::write_html(path, page);
}

}  // namespace roformer::study
