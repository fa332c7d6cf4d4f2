// What the models of a study differ by, on text by which nothing was chosen: tables, words that the
// numbers carry and no more, and whether the study's control holds.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "roformer/report/table.h"
#include "roformer/study/arms.h"

namespace roformer::study {

/// One model at its end.
struct ArmResult {
  std::string key, name;
  double rate = 0;
  std::optional<Tuning> tuning;
  ArmLosses losses;
  std::vector<std::string> runs = {};  // folders as seen from the result's, by seed
};

/// Rate, tuning and runs of an arm, without losses.
ArmResult describe_arm(const Arms& arms, const Arm& arm);
/// Losses of all arms; `unit` scales them.
std::vector<ArmResult> gather_results(const Arms& arms, const task::Material& material,
                                      const LossUnit& unit = {});
/// The result of that key; null where it was left out.
const ArmResult* find_result(const std::vector<ArmResult>& results, const std::string& key);

/// A comparison says something only where `side` lies at least `margin` below `control`: a model
/// that does not use its positions says nothing about positions.
struct Control {
  std::string side, control;  // keys
  double margin = 0;          // of the test loss, in the study's unit
};

/// Why the study is unfit, a sentence that begins with "UNFIT"; none where the control holds, or
/// was left out.
std::optional<std::string> unfit(const std::vector<ArmResult>& results, const Control& control,
                                 const LossUnit& unit = {});
/// What may be said of the control: by how much the side lies below it, or that it was left out.
std::string control_sentence(const std::vector<ArmResult>& results, const Control& control,
                             const LossUnit& unit = {});

/// A row a model: its rate, its loss on the validation part (by which the rate was chosen) and on
/// the test part, and the paired difference of the latter to `reference`'s.
report::Table result_table(const std::vector<ArmResult>& results, const std::string& reference,
                           const LossUnit& unit = {});
/// A row a model and a column a rate: the validation losses, the chosen one marked. Empty where
/// nothing was tuned.
report::Table tuning_table(const std::vector<ArmResult>& results, const LossUnit& unit = {});

/// Names the models whose best rate was the lowest or the highest that was tried, for which another
/// might be better still; none where there are none.
std::optional<std::string> edge_sentence(const std::vector<ArmResult>& results);
/// Those that have rows.
std::vector<report::Table> tables_of(const std::vector<ArmResult>& results,
                                     const std::string& reference, const LossUnit& unit = {});
/// Both tables on standard output, and as sections of a page.
void print_results(const std::vector<ArmResult>& results, const std::string& reference,
                   const LossUnit& unit = {});
void add_results(report::Page& page, const std::vector<ArmResult>& results,
                 const std::string& reference, const LossUnit& unit = {});

/// "On the test part RoFormer beside BERT: lower by 0.88 [0.70, 1.06], p 0.002, three seeds."
std::string test_verdict(const ArmResult& first, const ArmResult& second);

/// One model among many: "Test loss of rotary 1.967 ± 0.010, three seeds; above it: none (+0.31 ±
/// 0.02, p 0.001), …; below it: xlnet (-0.02 ± 0.01, p 0.01); not told apart from it: tupe." Each
/// pair is for itself. Where `reference` was left out the first model takes its place.
std::string ranking_sentence(const std::vector<ArmResult>& results, const std::string& reference,
                             const LossUnit& unit = {});

/// Everything above as JSON, for docs/claims.md and for scripts.
nlohmann::ordered_json to_json(const std::vector<ArmResult>& results, const LossUnit& unit = {});

}  // namespace roformer::study
