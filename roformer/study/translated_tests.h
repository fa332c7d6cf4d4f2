// The test sets of a translation recipe, each with what two models make of it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/metric/translation_score.h"
#include "roformer/task/material.h"

namespace roformer::study {

/// A test set by name; its lines match.
struct TestSet {
  std::string name;
  std::vector<std::string> source, reference;
};

/// Each pair of files of data.test_source and data.test_target, or the share that is held out.
/// Throws Error where the two sides differ in lines, or there is no test set.
std::vector<TestSet> test_sets(const task::Recipe& recipe, const task::Material& material);

/// The mean of a run's last models (checkpoint.keep_last of the recipe, or as many as there are) in
/// `folder`, made anew. Returns how many there were.
std::int64_t average_last(const task::Recipe& recipe, const std::filesystem::path& run,
                          const std::filesystem::path& folder);

/// How translations of a recipe's models are scored: in lower case where its text is.
metric::TranslationScoreOptions score_options(const task::Recipe& recipe);

/// Translations of the lines by the model of a folder, with the recipe's beam and penalty.
std::vector<std::string> translate_lines(const task::Recipe& recipe,
                                         const std::filesystem::path& folder,
                                         const std::vector<std::string>& lines,
                                         const std::string& device);

}  // namespace roformer::study
