// BLEU and chrF of many corpora for test_bleu.py, a JSON object a line on standard input, one a
// line on standard output.
//   metric_driver score      {"tokenize", "smooth", "smooth_value"?, "lowercase",
//                             "effective_order", "word_order", "hypotheses", "references"}
//   metric_driver bootstrap  the same with "baseline" and "resamples"
//   metric_driver tokens     {"tokenize", "lines"} to lists of tokens
//   metric_driver lower      {"lines"} to lines
// and the statistics of seeds for test_statistics.py:
//   metric_driver quantiles  {"cases": [[probability, degrees], …]} to quantiles of Student's t
//   metric_driver p_values   {"cases": [[t, degrees], …]} to two-sided p
//   metric_driver seeds      {"first", "second"} to the mean of the second and the difference
// and the figures of fine-tuning for test_figures.py:
//   metric_driver classes       {"gold", "predicted", "num_classes"} to counts and scores
//   metric_driver correlations  {"first", "second"} to Pearson's, Spearman's (null where there is
//                               none), ranks of the first, mean squared error (null for no number)
//   metric_driver entities      {"gold", "predicted"}, lists of lists of tags, to scores
//   metric_driver found         {"tags"} to [type, first token, last token] of entities
//   metric_driver answers       {"answers", "gold", "version": "1.1" or "2.0"} to percentages
//   metric_driver answer_words  {"lines"} to lists of words
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/metric/answer_score.h"
#include "roformer/metric/classification_score.h"
#include "roformer/metric/correlation.h"
#include "roformer/metric/entity_score.h"
#include "roformer/metric/score_words.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/metric/student_t.h"
#include "roformer/metric/translation_score.h"

namespace {

using namespace roformer;
using nlohmann::json;

metric::BleuOptions read_bleu_options(const json& task) {
  metric::BleuOptions options;
  options.tokenizer = metric::find_score_tokenizer(task.at("tokenize").get<std::string>());
  options.smoothing = metric::find_bleu_smoothing(task.value("smooth", "exp"));
  if (task.contains("smooth_value")) options.smoothing_value = task.at("smooth_value");
  options.lowercase = task.value("lowercase", false);
  options.effective_order = task.value("effective_order", false);
  return options;
}

metric::ChrfOptions read_chrf_options(const json& task) {
  metric::ChrfOptions options;
  options.lowercase = task.value("lowercase", false);
  options.word_order = task.value("word_order", 0);
  return options;
}

json score(const json& task) {
  const auto hypotheses = task.at("hypotheses").get<std::vector<std::string>>();
  const auto references = task.at("references").get<metric::References>();
  const auto bleu_options = read_bleu_options(task);
  const auto chrf_options = read_chrf_options(task);
  const auto bleu = metric::corpus_bleu(hypotheses, references, bleu_options);
  return {{"bleu", bleu.score},
          {"precisions", bleu.precisions},
          {"line", metric::format_bleu(bleu)},
          {"signature", metric::bleu_signature(bleu_options, references.size())},
          {"chrf", metric::corpus_chrf(hypotheses, references, chrf_options)},
          {"chrf_name", metric::chrf_name(chrf_options)},
          {"chrf_signature", metric::chrf_signature(chrf_options, references.size())}};
}

json facts_of(const metric::PairedComparison& comparison) {
  const auto one = [](const metric::ResampledScore& score) {
    return json{{"score", score.score}, {"mean", score.mean}, {"half_width", score.half_width}};
  };
  const metric::PairedBootstrap& result = comparison.bootstrap;
  return {{"baseline", one(result.baseline)},
          {"system", one(result.system)},
          {"difference_95", {result.difference_95.lower, result.difference_95.upper}},
          {"p_value", result.p_value},
          {"randomisation_p_value", comparison.randomisation_p_value},
          {"sacrebleu_p_value", result.sacrebleu_p_value},
          {"system_wins", result.system_wins},
          {"differs", result.differs}};
}

json bootstrap(const json& task) {
  const auto baseline = task.at("baseline").get<std::vector<std::string>>();
  const auto hypotheses = task.at("hypotheses").get<std::vector<std::string>>();
  const auto references = task.at("references").get<metric::References>();
  const metric::TranslationScoreOptions scores{read_bleu_options(task), read_chrf_options(task)};
  const metric::BootstrapOptions options{task.value("resamples", 1000), task.value("seed", 12345u)};
  const auto result = metric::compare_translations(
      metric::score_translations(baseline, references, scores),
      metric::score_translations(hypotheses, references, scores), scores, options);
  return {{"bleu", facts_of(result.bleu)}, {"chrf", facts_of(result.chrf)}};
}

json tokens(const json& task) {
  const auto tokenizer = metric::find_score_tokenizer(task.at("tokenize").get<std::string>());
  json lists = json::array();
  for (const auto& line : task.at("lines")) {
    const std::string separated = metric::separate_tokens(tokenizer, line.get<std::string>());
    lists.push_back(metric::split_words(separated));
  }
  return lists;
}

json lower(const json& task) {
  json lines = json::array();
  for (const auto& line : task.at("lines"))
    lines.push_back(metric::lower_case(line.get<std::string>()));
  return lines;
}

template <typename Function>
json of_cases(const json& task, Function function) {
  json answers = json::array();
  for (const auto& one : task.at("cases"))
    answers.push_back(function(one.at(0).get<double>(), one.at(1).get<double>()));
  return answers;
}

json facts_of(const metric::SeedMean& mean) {
  json facts = {{"mean", mean.mean}, {"seeds", mean.seeds}, {"interval", nullptr}};
  if (const auto interval = mean.interval()) facts["interval"] = {interval->lower, interval->upper};
  return facts;
}

json seeds(const json& task) {
  const auto first = task.at("first").get<std::vector<double>>();
  const auto second = task.at("second").get<std::vector<double>>();
  const auto difference = metric::paired_difference(first, second);
  return {{"second", facts_of(metric::seed_mean(second))},
          {"deviation", metric::standard_deviation(second)},
          {"difference", facts_of(difference.mean)},
          {"p_value", difference.p_value},
          {"told_apart", difference.is_told_apart()},
          {"words", metric::describe(difference, 3)}};
}

json facts_of(const metric::ClassScore& score) {
  return {score.precision, score.recall, score.f1, score.support};
}

json classes(const json& task) {
  const auto gold = task.at("gold").get<std::vector<std::int64_t>>();
  const auto predicted = task.at("predicted").get<std::vector<std::int64_t>>();
  const std::int64_t num_classes = task.at("num_classes");
  const auto score = metric::classification_score(gold, predicted, num_classes);
  json of_classes = json::array();
  for (std::int64_t i = 0; i < num_classes; ++i) of_classes.push_back(facts_of(score.of_class(i)));
  return {{"confusion", metric::confusion_counts(gold, predicted, num_classes)},
          {"classes", of_classes},
          {"accuracy", score.accuracy()},
          {"micro", facts_of(score.micro())},
          {"macro", facts_of(score.macro())},
          {"weighted", facts_of(score.weighted())},
          {"matthews", score.matthews_correlation()}};
}

json or_null(const std::optional<double>& value) {
  return value ? json(*value) : json(nullptr);
}

json correlations(const json& task) {
  const auto first = task.at("first").get<std::vector<double>>();
  const auto second = task.at("second").get<std::vector<double>>();
  json facts = {{"pearson", or_null(metric::pearson_correlation(first, second))},
                {"spearman", or_null(metric::spearman_correlation(first, second))},
                {"ranks", metric::average_ranks(first)},
                {"squared_error", nullptr}};
  if (!first.empty()) facts["squared_error"] = metric::mean_squared_error(first, second);
  return facts;
}

json entities(const json& task) {
  const auto gold = task.at("gold").get<std::vector<metric::Tags>>();
  const auto predicted = task.at("predicted").get<std::vector<metric::Tags>>();
  const auto score = metric::entity_score(gold, predicted);
  json types = json::object();
  for (const auto& [type, counts] : score.types)
    types[type] = facts_of(metric::class_score(counts));
  return {{"types", types},
          {"micro", facts_of(score.micro())},
          {"macro", facts_of(score.macro())},
          {"weighted", facts_of(score.weighted())},
          {"accuracy", score.token_accuracy()}};
}

json found(const json& task) {
  json list = json::array();
  for (const auto& entity : metric::find_entities(task.at("tags").get<metric::Tags>()))
    list.push_back({entity.type, entity.begin, entity.end - 1});
  return list;
}

json or_null(const std::optional<metric::AnswerMeans>& means) {
  return means ? json{means->exact_match, means->f1, means->questions} : json(nullptr);
}

json answers(const json& task) {
  const auto version =
      task.at("version") == "1.1" ? metric::SquadVersion::v1_1 : metric::SquadVersion::v2_0;
  const auto given = task.at("answers").get<std::vector<std::string>>();
  const auto gold = task.at("gold").get<std::vector<std::vector<std::string>>>();
  const auto report = metric::answer_report(given, gold, version);
  return {{"all", or_null(report.all)},
          {"with_answer", or_null(report.with_answer)},
          {"without_answer", or_null(report.without_answer)}};
}

json answer_words(const json& task) {
  json lists = json::array();
  for (const auto& line : task.at("lines"))
    lists.push_back(metric::answer_words(line.get<std::string>()));
  return lists;
}

json answer(const std::string& mode, const json& task) {
  if (mode == "score") return score(task);
  if (mode == "bootstrap") return bootstrap(task);
  if (mode == "tokens") return tokens(task);
  if (mode == "lower") return lower(task);
  if (mode == "quantiles") return of_cases(task, metric::student_t_quantile);
  if (mode == "p_values") return of_cases(task, metric::student_t_two_sided_p);
  if (mode == "seeds") return seeds(task);
  if (mode == "classes") return classes(task);
  if (mode == "correlations") return correlations(task);
  if (mode == "entities") return entities(task);
  if (mode == "found") return found(task);
  if (mode == "answers") return answers(task);
  if (mode == "answer_words") return answer_words(task);
  throw std::invalid_argument("unknown mode " + mode);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: metric_driver score|bootstrap|tokens|lower|quantiles|p_values|seeds|"
                 "classes|correlations|entities|found|answers|answer_words < TASKS\n";
    return 2;
  }
  try {
    std::string line;
    while (std::getline(std::cin, line)) std::cout << answer(argv[1], json::parse(line)) << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
