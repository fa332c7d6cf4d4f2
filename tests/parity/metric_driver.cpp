// BLEU and chrF of many corpora for test_bleu.py: a JSON object a line on standard input, one a
// line on standard output.
//   metric_driver score      {"tokenize", "smooth", "smooth_value"?, "lowercase", "effective_order",
//                             "word_order", "hypotheses", "references"}
//   metric_driver bootstrap  the same with "baseline" and "resamples"
//   metric_driver tokens     {"tokenize", "lines"} to lists of tokens
//   metric_driver lower      {"lines"} to lines
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/metric/score_words.h"
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

json describe(const metric::PairedBootstrap& result) {
  const auto one = [](const metric::ResampledScore& score) {
    return json{{"score", score.score}, {"mean", score.mean}, {"half_width", score.half_width}};
  };
  return {{"baseline", one(result.baseline)},
          {"system", one(result.system)},
          {"p_value", result.p_value},
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
  return {{"bleu", describe(result.bleu)}, {"chrf", describe(result.chrf)}};
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

json answer(const std::string& mode, const json& task) {
  if (mode == "score") return score(task);
  if (mode == "bootstrap") return bootstrap(task);
  if (mode == "tokens") return tokens(task);
  if (mode == "lower") return lower(task);
  throw std::invalid_argument("unknown mode " + mode);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: metric_driver score|bootstrap|tokens|lower < TASKS\n";
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
