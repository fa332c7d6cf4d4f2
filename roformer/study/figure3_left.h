// What the study of Figure 3 (left) found, gathered, printed and written.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/report/line_chart.h"
#include "roformer/report/table.h"
#include "roformer/study/arm_comparison.h"
#include "roformer/study/held_out_sentences.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/report_sources.h"
#include "roformer/task/masked_language_task.h"

namespace roformer::study {

struct Figure3LeftResult {
  std::string scale;
  std::string data;  // a line on the corpus
  LearningCurve roformer, bert;
  std::vector<ArmResult> arms;        // the two, and the controls
  std::optional<std::string> unfit;   // why the comparison says nothing; none: it does
  std::vector<std::string> verdicts;  // on the test part, the control's among them
  task::GuessAccuracy guess;
  std::vector<MaskedSentence> sentences;
  std::vector<std::string> roformer_answers, bert_answers;   // one a sentence
  std::vector<std::pair<std::string, std::string>> recipes;  // name, TOML
  report::LineChart training_chart, held_out_chart;
  ReportSources sources;
};

/// Guesses of one mask, each between quotes, which tell punctuation apart: “the” “,” “.”.
std::string quoted_guesses(const std::vector<std::string>& tokens);

/// Masked accuracy on held-out text beside that of counting.
report::Table proportion_table(const Figure3LeftResult& result);
/// What each model puts in place of the masks of held-out sentences.
report::Table sentence_table(const Figure3LeftResult& result);

/// The arms of the study: RoFormer, BERT, and the same model without positions and with sinusoids.
std::vector<Arm> figure3_left_arms();

/// Prints the tables and charts on standard output.
void print_result(const Figure3LeftResult& result);
/// Writes the same as an HTML page to `path`.
void write_result(const Figure3LeftResult& result, const std::filesystem::path& path);

}  // namespace roformer::study
