// What a study found, on disk beside its report: docs/claims.md is made of these files alone.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "roformer/report/page.h"
#include "roformer/report/table.h"
#include "roformer/study/study_options.h"

namespace roformer::study {

struct StudyResult {
  std::string study = {}, title = {};
  std::string claim = {};                  // the paper's words, with their place
  std::string what = {};                   // what was run: models, seeds, text; empty: nothing
  std::vector<std::string> verdicts = {};  // the first is the one that claims.md shows
  std::vector<report::Table> tables = {};
  std::string command = {};
  double training_seconds = 0;             // of all its runs; evaluation is left out
  std::vector<std::string> pictures = {};  // SVG files beside it
  // Of what was trained, an array: each with its key and its runs, folders beside the file by seed.
  nlohmann::ordered_json models = nlohmann::ordered_json::array();
  nlohmann::ordered_json numbers = {};  // the study's own
};

/// Prints the claim, the tables and the verdicts, and gives the page the same, what was run among it.
void show_result(const StudyResult& result, report::Page& page);

/// Writes OUT/result.json, atomically, with the scale and the seeds.
void write_result_file(const StudyResult& result, const StudyOptions& options);
/// Reads it back. Throws Error naming the file and the key.
StudyResult read_result_file(const std::filesystem::path& folder);

/// The folders of a model's runs by seed, of OUT/result.json. Throws Error naming the file and the
/// model where it is not in it.
std::vector<std::filesystem::path> runs_of_result(const std::filesystem::path& folder,
                                                  const std::string& key);
/// The folder of the first run of the first model in OUT/result.json; none where there is no such
/// file, or the run is gone.
std::optional<std::filesystem::path> first_run_of_result(const std::filesystem::path& folder);

}  // namespace roformer::study
