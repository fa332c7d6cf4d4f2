// What the study of Table 1 found, as tables and in words.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "roformer/metric/translation_score.h"
#include "roformer/report/table.h"

namespace roformer::study {

/// Both models of one seed on one test set, in BLEU of one kind and chrF.
struct ComparedTest {
  std::string test;  // the name of the set, and of the kind of BLEU where it is not the first
  std::int64_t seed = 0;
  metric::TranslationComparison scores;  // baseline: Transformer, system: RoFormer
};

/// A row a test set, seed and kind of BLEU, and the paper's below: BLEU of both with half of the
/// interval that holds 95 % of the resamples, the difference with its interval, both p, chrF.
report::Table score_table(const std::vector<ComparedTest>& tests);

/// A row a test set and kind of BLEU: means over the seeds with their 95 % intervals, and the
/// paired difference.
report::Table seed_table(const std::vector<ComparedTest>& tests);

/// In words, what the seeds say together and what the test sentences say of each seed.
std::vector<std::string> score_verdicts(const std::vector<ComparedTest>& tests);

/// Every test as JSON: scores of both, the difference with its interval, both p.
nlohmann::ordered_json to_json(const std::vector<ComparedTest>& tests);

/// What kind of BLEU the paper's numbers are, and whether ours has one beside them: the text must
/// be tokenized already.
std::string paper_note(bool is_tokenized);

}  // namespace roformer::study
