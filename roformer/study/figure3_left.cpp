#include "roformer/study/studies.h"

#include <fmt/format.h>

#include "roformer/pipeline/fill_mask.h"
#include "roformer/study/figure3_left_report.h"
#include "roformer/task/text_material.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSentences = 5;  // fit a screen

std::vector<std::string> first_guesses(const fs::path& folder,
                                       const std::vector<MaskedSentence>& sentences) {
  pipeline::FillMaskOptions options;
  options.top = 3;
  const auto fill_mask = pipeline::open_fill_mask(folder, options);
  std::vector<std::string> lines;
  for (const auto& sentence : sentences) lines.push_back(sentence.text);
  std::vector<std::string> guesses;
  for (const auto& masks : fill_mask({lines})) {
    std::string text;
    for (const auto& candidate : masks.at(0)) text += (text.empty() ? "" : ", ") + candidate.token;
    guesses.push_back(text);
  }
  return guesses;
}

Figure3LeftResult gather(const PairedRuns& pair,
                         const std::shared_ptr<const data::Corpus>& corpus) {
  Figure3LeftResult result;
  result.scale = pair.options().scale;
  result.data = corpus->summary();
  result.roformer = pair.curve(pair.first());
  result.bert = pair.curve(pair.second());
  result.guess = task::guess_accuracy(pair.recipe().evaluation,
                                      data::MaskedLanguageSource(corpus, pair.recipe().seed));
  result.sentences = held_out_sentences(*corpus, kSentences);
  result.roformer_answers = first_guesses(pair.runs(pair.first()).front(), result.sentences);
  result.bert_answers = first_guesses(pair.runs(pair.second()).front(), result.sentences);
  const LossUnit unit = {"loss", "loss (nats a masked word)"};
  result.training_chart = pair.chart("Training loss", "training", unit);
  result.held_out_chart = pair.chart("Held-out loss, fixed masking", "evaluation", unit);
  result.recipes = pair.recipe_texts();
  return result;
}

}  // namespace

int reproduce_figure3_left(const StudyOptions& options) {
  const PairedRuns pair("figure3-left", {"roformer", "RoFormer"}, {"bert", "BERT"}, options);
  const auto material = task::open_material(pair.recipe());
  if (const int signal = pair.train(*material); signal != 0) return signal;
  const Figure3LeftResult result = gather(pair, task::text_of<task::MaskedLanguageTask>(*material));
  print_result(result);
  write_result(result, pair.report_path());
  fmt::print("\nReport with the plots: {}\nModels: {} and {}\n", pair.report_path().string(),
             pair.runs(pair.first()).front().string(), pair.runs(pair.second()).front().string());
  return 0;
}

}  // namespace roformer::study
