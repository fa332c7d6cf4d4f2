#include "roformer/study/figure3_left.h"

#include <fmt/format.h>

#include "roformer/metric/seed_interval.h"
#include "roformer/pipeline/fill_mask.h"
#include "roformer/report/page.h"
#include "roformer/study/drawings.h"
#include "roformer/study/result_file.h"
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

// A BERT without a word on positions guesses as well as one that has learned none.
const Control kControl = {"bert", "none", 0.3};

std::vector<std::string> verdicts_of(const std::vector<ArmResult>& results) {
  const ArmResult &roformer = *find_result(results, "roformer"),
                  &bert = *find_result(results, "bert");
  std::vector<std::string> verdicts = {test_verdict(roformer, bert)};
  for (const char* key : {"sinusoidal", "none"}) {
    if (const ArmResult* other = find_result(results, key))
      verdicts.push_back(test_verdict(roformer, *other));
  }
  verdicts.push_back(control_sentence(results, kControl));
  if (const auto edge = edge_sentence(results)) verdicts.push_back(*edge);
  return verdicts;
}

Figure3LeftResult gather_left(const Arms& arms, const task::Material& material) {
  const auto corpus = task::text_of<task::MaskedLanguageTask>(material);
  const Arm &roformer = *arms.find("roformer"), &bert = *arms.find("bert");
  Figure3LeftResult result;
  result.scale = arms.options().scale;
  result.data = corpus->summary();
  result.roformer = arms.curve(roformer);
  result.bert = arms.curve(bert);
  result.arms = gather_results(arms, material);
  result.unfit = unfit(result.arms, kControl);
  result.verdicts = verdicts_of(result.arms);
  result.guess = task::guess_accuracy(arms.recipe().evaluation,
                                      data::MaskedLanguageSource(corpus, arms.recipe().seed));
  result.sentences = held_out_sentences(*corpus, kSentences);
  result.roformer_answers = first_guesses(arms.runs(roformer).front(), result.sentences);
  result.bert_answers = first_guesses(arms.runs(bert).front(), result.sentences);
  const LossUnit unit = {"loss", "loss (nats a masked word)"};
  const std::string mark = result.unfit ? "UNFIT: " : "";
  result.training_chart = arms.chart(mark + "Training loss", "training", unit);
  result.held_out_chart = arms.chart(mark + "Validation loss, fixed masking", "evaluation", unit);
  result.recipes = arms.recipe_texts();
  result.sources = arms.sources();
  return result;
}

constexpr const char* kPaperSays =
    "The paper (section 4.2.3 and Figure 3, left): \"Compare to the vanilla BERT, RoFormer "
    "experiences faster convergence.\"";

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

// Of several seeds with half of the interval.
std::string final_accuracy(const LearningCurve& curve) {
  if (curve.points.empty()) return percent(0);
  const metric::SeedMean accuracy{100 * curve.points.back().held_out_accuracy,
                                  100 * curve.half_width.back().held_out_accuracy, curve.seeds};
  return metric::format_mean(accuracy, 1) + " %";
}

// What both the terminal and the page say in words.
std::vector<std::string> left_verdict(const Figure3LeftResult& result) {
  // Of models that do not use their positions no curve says anything.
  std::vector<std::string> lines;
  if (!result.unfit) lines = verdict(result.roformer, result.bert);
  lines.insert(lines.begin(), result.verdicts.begin(), result.verdicts.end());
  if (result.unfit) lines.insert(lines.begin(), *result.unfit);
  return lines;
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
  const std::string note = metric::interval_note(result.roformer.seeds);
  if (!note.empty()) table.caption += ": " + note;
  table.columns = {"who", "right"};
  table.rows = {{"always the most frequent word", percent(result.guess.most_frequent)},
                {"bigram guess from both neighbours", percent(result.guess.neighbours)},
                {"BERT", final_accuracy(result.bert)},
                {"RoFormer", final_accuracy(result.roformer)}};
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

std::vector<Arm> figure3_left_arms() {
  const char *rotary = "paper/figure3-left-roformer", *learned = "paper/figure3-left-bert";
  return {{"roformer", "RoFormer", rotary},
          {"bert", "BERT", learned},
          {"none", "no positions", learned, {"model.position_encoding=none"}},
          {"sinusoidal", "sinusoids", learned, {"model.position_encoding=sinusoidal"}}};
}

void print_result(const Figure3LeftResult& result) {
  if (result.unfit) fmt::print("\n{}\n", *result.unfit);
  fmt::print("\nLearning curves, {} scale: {}\n", result.scale, result.data);
  report::print_table(side_by_side(result.roformer, result.bert));
  fmt::print("\n");
  print_results(result.arms, "bert");
  fmt::print("\n");
  for (const auto& line : left_verdict(result)) fmt::print("{}\n", line);
  fmt::print("{}\n\n", kPaperSays);
  report::print_table(proportion_table(result));
  fmt::print("\nHeld-out sentences with a word masked, the first guesses of both\n");
  for (std::size_t i = 0; i < result.sentences.size(); ++i) {
    fmt::print("  {}\n    word: {}   RoFormer: {}   BERT: {}\n", result.sentences[i].text,
               result.sentences[i].answer, result.roformer_answers[i], result.bert_answers[i]);
  }
}

void write_result(const Figure3LeftResult& result, const std::filesystem::path& path) {
  report::Page page(fmt::format("{}Figure 3, left: RoFormer and BERT, {} scale",
                                result.unfit ? "UNFIT: " : "", result.scale));
  for (const auto& line : left_verdict(result)) page.paragraph(line);
  page.paragraph(result.data).paragraph(kPaperSays);
  add_results(page, result.arms, "bert");
  page.section("Training loss").chart(result.training_chart);
  page.section("Validation loss").chart(result.held_out_chart);
  page.section("Side by side").table(side_by_side(result.roformer, result.bert));
  page.section("In proportion").table(proportion_table(result));
  page.section("Held-out sentences").table(sentence_table(result));
  add_sources(page, result.sources);
  for (const auto& [name, recipe] : result.recipes) page.section("Recipe " + name).code(recipe);
  report::write_html(path, page);
}

int reproduce_figure3_left(const StudyOptions& options) {
  Arms arms("figure3-left", figure3_left_arms(), options);
  require_arms(arms, {"roformer", "bert"});
  const auto material = task::open_material(arms.recipe());
  if (const int signal = arms.train(*material); signal != 0) return signal;
  const Figure3LeftResult result = gather_left(arms, *material);
  print_result(result);
  write_result(result, arms.report_path());
  write_result_file({.study = "figure3-left",
                     .title = "Figure 3, left",
                     .claim = kPaperSays,
                     .what = arms.what_ran(*material),
                     .verdicts = left_verdict(result),
                     .tables = tables_of(result.arms, "bert"),
                     .command = result.sources.command,
                     .training_seconds = arms.training_seconds(),
                     .pictures = write_drawings(options.out, {{"validation", result.held_out_chart},
                                                              {"training", result.training_chart}}),
                     .models = to_json(result.arms)},
                    options);
  print_places(arms);
  return 0;
}

}  // namespace roformer::study
