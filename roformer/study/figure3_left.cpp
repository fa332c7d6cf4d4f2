#include "roformer/study/figure3_left.h"

#include <fmt/format.h>

#include "roformer/pipeline/fill_mask.h"
#include "roformer/report/page.h"
#include "roformer/study/studies.h"
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
    std::vector<std::string> tokens;
    for (const auto& candidate : masks.at(0)) tokens.push_back(candidate.token);
    guesses.push_back(quoted_guesses(tokens));
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
  result.sources = pair.sources();
  return result;
}

constexpr const char* kPaperSays =
    "The paper (section 4.2.3 and Figure 3, left): \"Compare to the vanilla BERT, RoFormer "
    "experiences faster convergence.\"";

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

double final_accuracy(const LearningCurve& curve) {
  return curve.points.empty() ? 0 : curve.points.back().held_out_accuracy;
}

}  // namespace

std::string quoted_guesses(const std::vector<std::string>& tokens) {
  std::string text;
  for (const auto& token : tokens) text += fmt::format("{}“{}”", text.empty() ? "" : " ", token);
  return text;
}

report::Table proportion_table(const Figure3LeftResult& result) {
  report::Table table;
  table.caption = "Masked words of held-out text guessed right";
  table.columns = {"who", "right"};
  table.rows = {{"always the most frequent word", percent(result.guess.most_frequent)},
                {"bigram guess from both neighbours", percent(result.guess.neighbours)},
                {"BERT", percent(final_accuracy(result.bert))},
                {"RoFormer", percent(final_accuracy(result.roformer))}};
  return table;
}

report::Table sentence_table(const Figure3LeftResult& result) {
  report::Table table;
  table.caption = "Held-out sentences with a word masked";
  table.columns = {"sentence", "word", "RoFormer", "BERT"};
  table.align.assign(4, report::Align::left);
  for (std::size_t i = 0; i < result.sentences.size(); ++i) {
    table.rows.push_back({result.sentences[i].text, result.sentences[i].answer,
                          result.roformer_answers[i], result.bert_answers[i]});
  }
  return table;
}

void print_result(const Figure3LeftResult& result) {
  fmt::print("\nLearning curves, {} scale: {}\n", result.scale, result.data);
  report::print_table(side_by_side(result.roformer, result.bert));
  fmt::print("\n");
  for (const auto& line : verdict(result.roformer, result.bert)) fmt::print("{}\n", line);
  fmt::print("{}\n\n", kPaperSays);
  report::print_table(proportion_table(result));
  fmt::print("\nHeld-out sentences with a word masked, the first guesses of both\n");
  for (std::size_t i = 0; i < result.sentences.size(); ++i) {
    fmt::print("  {}\n    word: {}   RoFormer: {}   BERT: {}\n", result.sentences[i].text,
               result.sentences[i].answer, result.roformer_answers[i], result.bert_answers[i]);
  }
}

void write_result(const Figure3LeftResult& result, const std::filesystem::path& path) {
  report::Page page(fmt::format("Figure 3, left: RoFormer and BERT, {} scale", result.scale));
  page.paragraph(result.data).paragraph(kPaperSays);
  for (const auto& line : verdict(result.roformer, result.bert)) page.paragraph(line);
  page.section("Training loss").chart(result.training_chart);
  page.section("Held-out loss").chart(result.held_out_chart);
  page.section("Side by side").table(side_by_side(result.roformer, result.bert));
  page.section("In proportion").table(proportion_table(result));
  page.section("Held-out sentences").table(sentence_table(result));
  add_sources(page, result.sources);
  for (const auto& [name, recipe] : result.recipes) page.section("Recipe " + name).code(recipe);
  report::write_html(path, page);
}

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
