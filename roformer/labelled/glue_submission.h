// Files of predictions as GLUE's site takes them, one a task's test part.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/labelled/glue.h"

namespace roformer::labelled {

/// "MRPC.tsv"; MNLI has "MNLI-m.tsv" and "MNLI-mm.tsv".
std::string glue_submission_name(const GlueTask& task, bool mismatched = false);

/// "index TAB prediction" and a line a row of the test part, in its order from 0; a prediction is
/// what files have for a label ("1", "entailment"). Throws Error naming the row for a number that
/// is no label's.
std::string glue_submission(const GlueTask& task, const std::vector<std::int64_t>& labels);
/// The same of a regression: three decimals, from 0 to 5. Throws Error naming the row for a score
/// that is no finite number.
std::string glue_submission(const GlueTask& task, const std::vector<double>& scores);

/// Writes it into a folder under its name, and returns where.
template <typename Prediction>
std::filesystem::path write_glue_submission(const std::filesystem::path& folder,
                                            const GlueTask& task,
                                            const std::vector<Prediction>& predictions,
                                            bool mismatched = false);

}  // namespace roformer::labelled
