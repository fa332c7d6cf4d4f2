// roformer bleu: BLEU and chrF of translations on standard input.
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/cli/command.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/score_lines.h"
#include "roformer/metric/translation_score.h"
#include "roformer/report/table.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

struct BleuFlags {
  CommonOptions common;
  std::vector<std::string> references;
  std::string baseline;
  std::string tokenizer = "13a";
  std::string smoothing = "exp";
  double smoothing_value = 0;
  metric::TranslationScoreOptions options;
  metric::BootstrapOptions bootstrap;
};

ordered_json json_of(const metric::ResampledScore& score) {
  return {{"score", score.score}, {"mean", score.mean}, {"half_width_95", score.half_width}};
}

ordered_json json_of(const metric::PairedComparison& comparison) {
  const metric::PairedBootstrap& bootstrap = comparison.bootstrap;
  return {{"baseline", json_of(bootstrap.baseline)},
          {"system", json_of(bootstrap.system)},
          {"difference", comparison.difference()},
          {"difference_95", {bootstrap.difference_95.lower, bootstrap.difference_95.upper}},
          {"p_value", bootstrap.p_value},
          {"randomisation_p_value", comparison.randomisation_p_value},
          {"sacrebleu_p_value", bootstrap.sacrebleu_p_value},
          {"system_wins", bootstrap.system_wins},
          {"differs", bootstrap.differs}};
}

ordered_json json_of(const metric::TranslationScore& scores, const BleuFlags& flags) {
  const std::size_t count = flags.references.size();
  return {{"bleu", scores.bleu.score},
          {"chrf", scores.chrf},
          {"signature", metric::bleu_signature(flags.options.bleu, count)},
          {"chrf_name", metric::chrf_name(flags.options.chrf)},
          {"chrf_signature", metric::chrf_signature(flags.options.chrf, count)},
          {"precisions", scores.bleu.precisions},
          {"brevity_penalty", scores.bleu.brevity_penalty},
          {"hypothesis_length", scores.bleu.hypothesis_length},
          {"reference_length", scores.bleu.reference_length},
          {"lines", scores.bleu_lines.size()}};
}

void print_scores(const metric::TranslationScore& scores, const BleuFlags& flags) {
  const std::size_t count = flags.references.size();
  std::cout << fmt::format("{}\n  {}\n{} = {:.2f}\n  {}\n", metric::format_bleu(scores.bleu),
                           metric::bleu_signature(flags.options.bleu, count),
                           metric::chrf_name(flags.options.chrf), scores.chrf,
                           metric::chrf_signature(flags.options.chrf, count));
}

std::vector<std::string> table_row(const std::string& name, const metric::PairedBootstrap& result) {
  const auto with_interval = [](const metric::ResampledScore& score) {
    return fmt::format("{:.2f} ± {:.2f}", score.score, score.half_width);
  };
  return {name, with_interval(result.baseline), with_interval(result.system),
          fmt::format("{:.1f} %", 100 * result.system_wins)};
}

void print_comparison(const metric::TranslationComparison& comparison, const BleuFlags& flags) {
  const std::string chrf = metric::chrf_name(flags.options.chrf);
  report::Table table;
  table.columns = {"", "baseline", "standard input", "wins"};
  table.rows = {table_row("BLEU", comparison.bleu.bootstrap),
                table_row(chrf, comparison.chrf.bootstrap)};
  std::cout << fmt::format("\n{}", report::format_table(table))
            << fmt::format("± half the width of 95 % of {} paired resamples, seed {}\n",
                           flags.bootstrap.resamples, flags.bootstrap.seed);
  for (const auto& [name, of_metric] :
       {std::pair{std::string("BLEU"), &comparison.bleu}, std::pair{chrf, &comparison.chrf}})
    std::cout << fmt::format("{} of standard input beside the baseline's: {}\n", name,
                             metric::describe(*of_metric));
}

void read_choices(const CLI::App& command, BleuFlags& flags) {
  flags.options.bleu.tokenizer = metric::find_score_tokenizer(flags.tokenizer);
  flags.options.bleu.smoothing = metric::find_bleu_smoothing(flags.smoothing);
  flags.options.chrf.lowercase = flags.options.bleu.lowercase;
  if (command.count("--smooth-value") == 0) return;
  base::require(flags.smoothing == "floor" || flags.smoothing == "add-k",
                "[bleu] expected --smooth floor or add-k with --smooth-value but got {}",
                flags.smoothing);
  flags.options.bleu.smoothing_value = flags.smoothing_value;
}

metric::References read_references(const ScoreLines& hypotheses, const BleuFlags& flags) {
  metric::References references;
  for (const std::string& path : flags.references) {
    ScoreLines reference = read_score_file(path);
    require_equal_lines(hypotheses, reference);
    references.push_back(std::move(reference.lines));
  }
  return references;
}

// None without --compare.
std::optional<metric::TranslationComparison> compare_with_baseline(
    const ScoreLines& hypotheses, const metric::References& references,
    const metric::TranslationScore& scores, const BleuFlags& flags) {
  if (flags.baseline.empty()) return std::nullopt;
  const ScoreLines baseline = read_score_file(flags.baseline);
  require_equal_lines(hypotheses, baseline);
  const auto baseline_scores =
      metric::score_translations(baseline.lines, references, flags.options);
  return metric::compare_translations(baseline_scores, scores, flags.options, flags.bootstrap);
}

void print_json(const metric::TranslationScore& scores,
                const std::optional<metric::TranslationComparison>& comparison,
                const BleuFlags& flags) {
  ordered_json figures = json_of(scores, flags);
  if (comparison) {
    figures["comparison"] = {{"bleu", json_of(comparison->bleu)},
                             {"chrf", json_of(comparison->chrf)},
                             {"resamples", flags.bootstrap.resamples},
                             {"seed", flags.bootstrap.seed}};
  }
  std::cout << json_report(figures, "scores") << '\n';
}

void score_standard_input(const CLI::App& command, BleuFlags& flags) {
  read_choices(command, flags);
  const ScoreLines hypotheses = read_standard_input();
  base::require(!hypotheses.lines.empty(),
                "[bleu] expected translations on standard input, one a line, but it is empty");
  const auto references = read_references(hypotheses, flags);
  const auto scores = metric::score_translations(hypotheses.lines, references, flags.options);
  const auto comparison = compare_with_baseline(hypotheses, references, scores, flags);
  if (flags.common.json) {
    print_json(scores, comparison, flags);
    return;
  }
  print_scores(scores, flags);
  if (comparison) print_comparison(*comparison, flags);
}

void add_score_options(CLI::App& command, BleuFlags& flags) {
  add_choice(command, "--tokenize", flags.tokenizer, {"13a", "intl", "none", "compounds", "char"},
             "how BLEU cuts lines into words: see below");
  add_choice(command, "--smooth", flags.smoothing, {"exp", "none", "floor", "add-k"},
             "what stands for orders without a match");
  command
      .add_option("--smooth-value", flags.smoothing_value,
                  "of floor and add-k (default: 0.1 and 1)")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1e9));
  command.add_flag("--lowercase", flags.options.bleu.lowercase,
                   "compare lower-cased lines, in BLEU and chrF");
  add_number(command, "--chrf-word-order", flags.options.chrf.word_order,
             "words that chrF counts beside characters; 2 for chrF++", 0,
             metric::kMaxChrfWordOrder);
}

void add_comparison_options(CLI::App& command, BleuFlags& flags) {
  CLI::Option* compare = command.add_option(
      "--compare", flags.baseline,
      "translations of a baseline: how much better or worse, and whether that may be chance "
      "(default: no comparison)");
  compare->type_name("FILE");
  add_number(command, "--resamples", flags.bootstrap.resamples, "resamples of each test", 1,
             10'000'000)
      ->needs(compare);
  command.add_option("--seed", flags.bootstrap.seed, "of the resamples")
      ->type_name("N")
      ->capture_default_str()
      ->needs(compare);
}

}  // namespace

void add_bleu_command(CLI::App& program) {
  const auto flags = std::make_shared<BleuFlags>();
  CLI::App* command = program.add_subcommand(
      "bleu", "BLEU and chrF of translations on standard input, one a line, as sacrebleu has them");
  command->footer(
      "Tokenizers: 13a what WMT reports, for Western languages; intl punctuation and symbols of\n"
      "Unicode set off; none words between white space, for tokenized text; compounds the same "
      "with\n"
      "hyphenated words split, as fairseq's compound_split_bleu.sh does: tokenized by Moses, the\n"
      "BLEU of \"Attention is all you need\" and of RoFormer's Table 1, and higher than 13a's; "
      "char\n"
      "characters. Scores compare only under the same signature.\n"
      "--compare: p by paired bootstrap (Koehn 2004) and by approximate randomisation (Riezler "
      "and\n"
      "Maxwell 2005), both two-sided; two systems are told apart where both are below 0.05. The\n"
      "interval in brackets holds 95 % of the resampled differences; wins is how often standard\n"
      "input is the better. sacrebleu_p_value of --json is sacrebleu's --paired-bs, which calls\n"
      "equal systems different twice as often as it says.");
  add_texts(*command, "--reference", flags->references, "FILE",
            "right translations, line by line; may be given several times")
      ->required();
  add_score_options(*command, *flags);
  add_comparison_options(*command, *flags);
  add_json_option(*command, flags->common);
  add_examples(
      *command,
      "roformer bleu --reference newstest2014.de < translations.de\n"
      "roformer bleu --reference a.de --reference b.de --tokenize intl --lowercase --json < "
      "translations.de\n"
      "roformer bleu --reference newstest2014.tok.de --tokenize compounds < translations.tok.de\n"
      "roformer bleu --reference newstest2014.de --compare baseline.de < translations.de");
  command->callback([command, flags] { score_standard_input(*command, *flags); });
}

}  // namespace roformer::cli
