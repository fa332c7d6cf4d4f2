// Table 2: what stands beside each other, and what may be said of it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "roformer/report/table.h"
#include "roformer/study/fine_tuned.h"

namespace roformer::study {

/// A row of the paper's Table 2: MNLI has two.
struct Table2Row {
  std::string task;           // "MRPC", "MNLI-mm"
  std::string figure;         // "f1", "accuracy", "spearman"
  double paper_bert = 0;      // of GLUE's test server (Devlin et al. 2019)
  double paper_roformer = 0;  // of the validation part
  // Validation and test figures of both; × 100 where they are shown.
  FineTuned roformer, bert;
  double p_by_examples = 1;  // example_p_value
};

/// Two-sided p that the test figures, means over the seeds, differ by the choice of the examples:
/// their answers are exchanged example by example, those of all seeds together. Throws Error where
/// the two sides were asked other examples.
double example_p_value(const Table2Row& row);

/// By the paper's protocol: of each side the best of its rates by the mean over the seeds, on the
/// very part that it was chosen by.
report::Table paper_protocol_table(const std::vector<Table2Row>& rows);
/// Chosen on the validation part, reported on the test part.
report::Table clean_protocol_table(const std::vector<Table2Row>& rows);
/// Validation figures of all rates.
report::Table rates_table(const std::vector<Table2Row>& rows);

/// What each row's parts are: samples of GLUE's files, and parts of our own making.
report::Table parts_table(const std::vector<Table2Row>& rows);

/// Sentences: which rows each side wins, told apart by examples; then row by row over the seeds.
std::vector<std::string> table2_verdicts(const std::vector<Table2Row>& rows);

nlohmann::ordered_json to_json(const std::vector<Table2Row>& rows);

}  // namespace roformer::study
