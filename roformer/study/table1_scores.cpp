#include "roformer/study/table1_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "roformer/metric/seed_interval.h"

namespace roformer::study {
namespace {

constexpr int kScoreDigits = 2;

// Table 1: WMT 2014 English to German.
const std::vector<std::string> kPaperRow = {"the paper, newstest2014, tokenised, compounds split",
                                            "27.3", "27.5", "+0.2"};

std::int64_t count_seeds_of(const std::vector<ComparedTest>& tests) {
  std::int64_t last = 0;
  for (const ComparedTest& test : tests) last = std::max(last, test.seed);
  return last + 1;
}

// In the order of the first seed's.
std::vector<std::string> names_of(const std::vector<ComparedTest>& tests) {
  std::vector<std::string> names;
  for (const ComparedTest& test : tests) {
    if (test.seed == 0) names.push_back(test.test);
  }
  return names;
}

// BLEU of both models, by seed.
struct SeedScores {
  std::vector<double> transformer, roformer;
};

SeedScores scores_by_seed(const std::vector<ComparedTest>& tests, const std::string& name) {
  SeedScores scores;
  for (const ComparedTest& test : tests) {
    if (test.test != name) continue;
    scores.transformer.push_back(test.scores.bleu.bootstrap.baseline.score);
    scores.roformer.push_back(test.scores.bleu.bootstrap.system.score);
  }
  return scores;
}

metric::SeedDifference difference_of(const SeedScores& scores) {
  return metric::paired_difference(scores.transformer, scores.roformer);
}

std::string with_seed(const ComparedTest& test, bool several) {
  return several ? fmt::format("{}, seed {}", test.test, test.seed) : test.test;
}

std::vector<std::string> score_row(const ComparedTest& test, bool several) {
  const metric::PairedComparison& bleu = test.scores.bleu;
  const auto score_cell = [](const metric::ResampledScore& score) {
    return fmt::format("{:.2f} ± {:.2f}", score.score, score.half_width);
  };
  const auto p_cell = [&](double p_value) {
    return metric::format_resampled_p(p_value, bleu.resamples);
  };
  return {with_seed(test, several),
          score_cell(bleu.bootstrap.baseline),
          score_cell(bleu.bootstrap.system),
          fmt::format("{} {}", metric::format_signed(bleu.difference(), kScoreDigits),
                      metric::format_interval(bleu.bootstrap.difference_95, kScoreDigits)),
          p_cell(bleu.bootstrap.p_value),
          p_cell(bleu.randomisation_p_value),
          fmt::format("{:.2f}", test.scores.chrf.bootstrap.baseline.score),
          fmt::format("{:.2f}", test.scores.chrf.bootstrap.system.score)};
}

}  // namespace

report::Table score_table(const std::vector<ComparedTest>& tests) {
  const bool several = count_seeds_of(tests) > 1;
  report::Table table;
  table.caption =
      "BLEU ± half of its 95 % interval over resampled sentences, the difference with its interval "
      "and two-sided p, chrF";
  table.columns = {"test set",  "Transformer",   "RoFormer", "difference",
                   "bootstrap", "randomisation", "chrF",     "chrF, RoFormer"};
  for (const ComparedTest& test : tests) table.rows.push_back(score_row(test, several));
  table.rows.push_back(kPaperRow);
  return table;
}

report::Table seed_table(const std::vector<ComparedTest>& tests) {
  report::Table table;
  table.caption = fmt::format("BLEU: {}; the difference is paired by seed",
                              metric::interval_note(count_seeds_of(tests)));
  table.columns = {"test set", "Transformer", "RoFormer", "difference"};
  for (const std::string& name : names_of(tests)) {
    const SeedScores scores = scores_by_seed(tests, name);
    table.rows.push_back({name,
                          metric::format_mean(metric::seed_mean(scores.transformer), kScoreDigits),
                          metric::format_mean(metric::seed_mean(scores.roformer), kScoreDigits),
                          metric::format_difference(difference_of(scores), kScoreDigits)});
  }
  return table;
}

std::vector<std::string> score_verdicts(const std::vector<ComparedTest>& tests) {
  const bool several = count_seeds_of(tests) > 1;
  std::vector<std::string> lines;
  if (several) {
    for (const std::string& name : names_of(tests))
      lines.push_back(fmt::format(
          "{}, mean over the seeds: RoFormer's BLEU beside the Transformer's: {}.", name,
          metric::describe(difference_of(scores_by_seed(tests, name)), kScoreDigits)));
  }
  for (const ComparedTest& test : tests)
    lines.push_back(fmt::format("{}: RoFormer's BLEU beside the Transformer's: {}.",
                                with_seed(test, several), metric::describe(test.scores.bleu)));
  if (!several)
    lines.push_back(
        "One seed: these p are of the choice of test sentences, not of the training (--seeds 3 "
        "tells more).");
  return lines;
}

nlohmann::ordered_json to_json(const std::vector<ComparedTest>& tests) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const ComparedTest& test : tests) {
    const metric::PairedComparison& bleu = test.scores.bleu;
    const metric::Interval& interval = bleu.bootstrap.difference_95;
    json.push_back({{"test", test.test},
                    {"seed", test.seed},
                    {"transformer_bleu", bleu.bootstrap.baseline.score},
                    {"roformer_bleu", bleu.bootstrap.system.score},
                    {"difference", bleu.difference()},
                    {"difference_95", {interval.lower, interval.upper}},
                    {"p_value", bleu.bootstrap.p_value},
                    {"randomisation_p_value", bleu.randomisation_p_value},
                    {"transformer_chrf", test.scores.chrf.bootstrap.baseline.score},
                    {"roformer_chrf", test.scores.chrf.bootstrap.system.score}});
  }
  return json;
}

std::string paper_note(bool is_tokenized) {
  const std::string kind =
      "The 27.3 that the paper quotes (Vaswani et al. 2017) is no sacreBLEU: it is BLEU of text "
      "tokenised by Moses with hyphenated compounds split, which is higher; its own 27.5 is taken "
      "for the same. ";
  if (is_tokenized)
    return kind +
           "Rows \"compounds split\" are of that kind: data.codes says that the text is "
           "tokenised.";
  return kind +
         "This text is not tokenised, so no such number stands here: tokenise reference and "
         "translations by Moses' tokenizer.perl -l de, then roformer bleu --tokenize compounds.";
}

}  // namespace roformer::study
