// What a study found, on disk beside its report: docs/claims.md is made of these files alone.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "roformer/study/study_options.h"

namespace roformer::study {

struct StudyResult {
  std::string study, title;
  std::string claim;                  // the paper's words, with their place
  std::vector<std::string> verdicts;  // the first is the one that claims.md shows
  std::string command;
  std::vector<std::string> pictures;  // SVG files beside it
  nlohmann::ordered_json numbers;     // the study's own
};

/// Writes OUT/result.json, atomically, with the scale and the seeds.
void write_result_file(const StudyResult& result, const StudyOptions& options);
/// Reads it back. Throws Error naming the file and the key.
StudyResult read_result_file(const std::filesystem::path& folder);

/// The folder of the first run of the first model in OUT/result.json; none where there is no such
/// file, or the run is gone.
std::optional<std::filesystem::path> first_run_of_result(const std::filesystem::path& folder);

}  // namespace roformer::study
