// What Table 1 shows: scores of both models on each test set and seed, and the report with plots.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/metric/translation_score.h"
#include "roformer/study/paired_runs.h"
#include "roformer/study/translated_tests.h"

namespace roformer::study {

/// Both models of one seed on one test set.
struct TranslatedTest {
  std::string test;
  std::int64_t seed = 0;
  std::vector<std::string> rotary, sinusoidal;  // translations, line by line
  metric::TranslationScore rotary_score, sinusoidal_score;
  metric::TranslationComparison comparison;  // baseline: sinusoidal
};

struct Table1Result {
  std::string data;  // a line on the text
  std::vector<TestSet> sets;
  std::vector<TranslatedTest> tests;  // by seed, then by set
  std::int64_t averaged = 0;          // models of each run
};

/// Averages the last models of every run, translates the test sets with them and writes the
/// translations beside the averages.
Table1Result gather_table1(const PairedRuns& pair, const task::Material& material,
                           std::vector<TestSet> sets);

/// The table and its verdict on standard output.
void print_table1(const PairedRuns& pair, const Table1Result& result);

/// The same as a page with learning curves, examples and recipes.
void write_table1(const PairedRuns& pair, const Table1Result& result,
                  const std::filesystem::path& path);

}  // namespace roformer::study
