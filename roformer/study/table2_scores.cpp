#include "roformer/study/table2_scores.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/metric/difference_words.h"
#include "roformer/metric/paired_randomisation.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/study/tuning.h"

namespace roformer::study {
namespace {

constexpr double kPercent = 100;

std::vector<double> in_percent(std::vector<double> values) {
  for (double& value : values) value *= kPercent;
  return values;
}

std::string cell(const std::vector<double>& by_seed) {
  return metric::format_mean(metric::seed_mean(in_percent(by_seed)), 2);
}

// RoFormer less BERT, seed by seed.
metric::SeedDifference difference(const std::vector<double>& bert,
                                  const std::vector<double>& roformer) {
  return metric::paired_difference(in_percent(bert), in_percent(roformer));
}

// The mean over the seeds of one side's figure, had its marked answers been the other's.
double mean_figure(const std::vector<task::LabelAnswers>& own,
                   const std::vector<task::LabelAnswers>& other, const std::vector<bool>& exchanges,
                   const std::string& figure) {
  double sum = 0;
  for (std::size_t seed = 0; seed < own.size(); ++seed) {
    task::LabelAnswers mixed = own[seed];
    for (std::size_t i = 0; i < exchanges.size(); ++i)
      if (exchanges[i]) mixed.answers[i] = other[seed].answers[i];
    sum += task::figure_of(task::label_figures(mixed), figure);
  }
  return sum / static_cast<double>(own.size());
}

std::string with_figure(const Table2Row& row) {
  return fmt::format("{} ({})", row.task, row.figure);
}

report::Table rows_of(const std::vector<Table2Row>& rows, std::string caption,
                      const std::function<std::vector<std::string>(const Table2Row&)>& cells,
                      std::vector<std::string> columns) {
  report::Table table;
  table.columns = std::move(columns);
  table.caption = std::move(caption);
  for (const Table2Row& row : rows) {
    table.rows.push_back(cells(row));
    table.rows.back().insert(table.rows.back().begin(), with_figure(row));
  }
  return table;
}

std::string seeds_note(const std::vector<Table2Row>& rows) {
  const auto seeds = std::ssize(rows.front().bert.test_figures);
  const std::string note = metric::interval_note(seeds);
  return metric::count_seeds(seeds) + (note.empty() ? "" : "; " + note);
}

}  // namespace

double example_p_value(const Table2Row& row) {
  const auto &roformer = row.roformer.test, &bert = row.bert.test;
  for (std::size_t seed = 0; seed < roformer.size(); ++seed)
    base::require(roformer[seed].gold == bert.at(seed).gold,
                  "[study] {}: expected both models to be asked the same examples but got others",
                  row.task);
  return metric::exchange_p_value(roformer.front().gold.size(),
                                  [&](const std::vector<bool>& exchanges) {
                                    return mean_figure(roformer, bert, exchanges, row.figure) -
                                           mean_figure(bert, roformer, exchanges, row.figure);
                                  });
}

report::Table paper_protocol_table(const std::vector<Table2Row>& rows) {
  return rows_of(
      rows,
      fmt::format("The paper's protocol: of each side the best of four rates by the mean over the "
                  "seeds, on the validation part that it was chosen by; × 100, {}",
                  seeds_note(rows)),
      [](const Table2Row& row) -> std::vector<std::string> {
        const auto &bert = row.bert.best().by_seed, &roformer = row.roformer.best().by_seed;
        return {fmt::format("{:.1f}", row.paper_bert), fmt::format("{:.1f}", row.paper_roformer),
                cell(bert), cell(roformer),
                metric::format_difference(difference(bert, roformer), 2)};
      },
      {"", "paper, BERT (test server)", "paper, RoFormer (validation)", "BERT", "RoFormer",
       "RoFormer less BERT"});
}

report::Table clean_protocol_table(const std::vector<Table2Row>& rows) {
  return rows_of(
      rows,
      fmt::format("The rate chosen on the validation part, figures of the test part, which nothing "
                  "was chosen by; × 100, {}; p by examples: answers exchanged at random",
                  seeds_note(rows)),
      [](const Table2Row& row) -> std::vector<std::string> {
        const auto &bert = row.bert.test_figures, &roformer = row.roformer.test_figures;
        return {
            fmt::format("{}", row.bert.test.front().gold.size()), cell(bert), cell(roformer),
            metric::format_difference(difference(bert, roformer), 2),
            metric::format_resampled_p(row.p_by_examples, metric::BootstrapOptions().resamples)};
      },
      {"", "examples", "BERT", "RoFormer", "RoFormer less BERT (seeds)", "p by examples"});
}

report::Table rates_table(const std::vector<Table2Row>& rows) {
  report::Table table;
  table.caption =
      "Validation figures by learning rate, mean over the seeds, × 100; * the chosen one";
  table.columns = {"", "model"};
  for (std::size_t i = 0; i < rows.front().bert.rates.size(); ++i)
    table.columns.push_back(format_rate(rows.front().bert.rates[i].rate));
  table.align = {report::Align::left, report::Align::left};
  for (const Table2Row& row : rows) {
    for (const auto& [name, side] : {std::pair{"BERT", &row.bert}, {"RoFormer", &row.roformer}}) {
      std::vector<std::string> cells = {with_figure(row), name};
      for (std::size_t i = 0; i < side->rates.size(); ++i)
        cells.push_back(fmt::format("{:.2f}{}", kPercent * side->rates[i].mean(),
                                    i == side->chosen ? " *" : ""));
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

report::Table parts_table(const std::vector<Table2Row>& rows) {
  report::Table table;
  table.caption = "Rows of each part, which GLUE's own files lack or of which there are samples";
  table.columns = {"", "rows"};
  table.align = {report::Align::left, report::Align::left};
  for (const Table2Row& row : rows) table.rows.push_back({row.task, row.roformer.text});
  return table;
}

std::vector<std::string> table2_verdicts(const std::vector<Table2Row>& rows) {
  std::vector<std::string> ahead, behind, alike, lines;
  for (const Table2Row& row : rows) {
    const double lead =
        metric::mean_of(row.roformer.test_figures) - metric::mean_of(row.bert.test_figures);
    (row.p_by_examples >= metric::kSignificance ? alike
     : lead > 0                                 ? ahead
                                                : behind)
        .push_back(row.task);
    lines.push_back(fmt::format(
        "{}: RoFormer beside BERT {}.", with_figure(row),
        metric::describe(difference(row.bert.test_figures, row.roformer.test_figures), 2)));
  }
  const auto list = [](const std::vector<std::string>& names) {
    return names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "));
  };
  lines.insert(
      lines.begin(),
      fmt::format("On the test parts RoFormer is ahead by examples (p < 0.05, each row for "
                  "itself) on {}, BERT on {}; not told apart: {}.",
                  list(ahead), list(behind), list(alike)));
  return lines;
}

nlohmann::ordered_json to_json(const std::vector<Table2Row>& rows) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Table2Row& row : rows) {
    nlohmann::ordered_json one = {
        {"task", row.task},
        {"figure", row.figure},
        {"paper", {{"bert", row.paper_bert}, {"roformer", row.paper_roformer}}},
        {"p_by_examples", row.p_by_examples}};
    for (const auto& [name, side] : {std::pair{"bert", &row.bert}, {"roformer", &row.roformer}}) {
      nlohmann::ordered_json rates = nlohmann::ordered_json::array();
      for (const RateFigures& rate : side->rates)
        rates.push_back({{"rate", rate.rate}, {"validation", rate.by_seed}});
      one[name] = {
          {"rates", rates}, {"chosen_rate", side->best().rate}, {"test", side->test_figures}};
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace roformer::study
