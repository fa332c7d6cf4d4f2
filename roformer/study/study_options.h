// What a user chooses of a study that trains.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/train/training_options.h"

namespace roformer::study {

struct StudyOptions {
  std::string scale = "tiny";  // tiny, small, paper
  std::filesystem::path out;
  std::int64_t seeds = 1;            // runs of each model, with seeds 0, 1, …
  std::vector<std::string> changes;  // section.key=value, for all models
  std::string device = "cpu";
  std::vector<std::string> only = {};  // of the models that are compared; empty: all
  bool tune = false;                   // each model its own learning rate, see tuning.h
  // Of pictures of trained models: their folders, the file of lines that they read (empty: their
  // run's held-out text, else apt's package descriptions) and how many tokens of it.
  std::vector<std::filesystem::path> models = {};
  std::filesystem::path text = {};
  std::int64_t tokens = 8192;
  std::int64_t times = 4;  // loss-by-position: the longest sequence, by the training length
};

/// The recipe of that name at a scale, which stands behind it but for the paper's.
std::string recipe_name(const std::string& name, const std::string& scale);

/// How many seeds a study has whose user says none: what they tell apart costs minutes at tiny.
std::int64_t default_seeds(const std::string& scale);

/// Throws Error if a change is of a key that the study sets itself.
void require_free_keys(const std::vector<std::string>& changes,
                       const std::vector<std::string>& keys);

/// Throws Error where two recipes differ in data, stages or seed: all models must see the same text
/// in the same order.
void require_same_data(const train::FlatRecipe& first, const train::FlatRecipe& second);

}  // namespace roformer::study
