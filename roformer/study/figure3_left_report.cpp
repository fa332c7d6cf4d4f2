#include "roformer/study/figure3_left_report.h"

#include <fmt/format.h>

#include "roformer/report/page.h"

namespace roformer::study {
namespace {

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
  for (const auto& [name, recipe] : result.recipes) page.section("Recipe " + name).code(recipe);
  report::write_html(path, page);
}

}  // namespace roformer::study
