// Similar case matching (section 4.5.4): encoders fine-tuned on triplets, which of two texts is
// nearer to a third, in rotations over all of them, so that each is judged once by a model that has
// not learned from its first text.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roformer/labelled/queries.h"
#include "roformer/study/study_options.h"
#include "roformer/study/tuning.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

/// An encoder that reads pairs of so many tokens.
struct CaseReader {
  std::string name;                  // "RoFormer-512"
  std::filesystem::path checkpoint;  // what it begins with
  std::int64_t max_length = 0;
};

/// What the models of a reader say.
struct CaseAnswers {
  std::vector<double> rates;               // by rotation: chosen on its validation part
  std::vector<std::vector<double>> right;  // by seed, by triplet: 1 where B and C are in order
  double cut_share = 0;                    // of the pairs
  double training_seconds = 0;             // of all runs

  /// By triplet, the mean over the seeds.
  std::vector<double> by_triplet() const;
  /// By seed, the mean over the triplets.
  std::vector<double> by_seed() const;
};

class CaseMatching {
 public:
  /// Throws Error where the recipe does not rank in rotations (data.folds).
  explicit CaseMatching(StudyOptions options);

  std::int64_t rotations() const { return rotations_; }
  /// The triplets in the order of all answers: the test parts of the rotations one after another.
  const std::vector<labelled::Query>& triplets() const { return triplets_; }
  /// Of each triplet a number of its first text.
  const std::vector<std::uint64_t>& first_texts() const { return first_texts_; }
  /// Of the test parts' texts, those that the same rotation learns from: sums over the rotations, a
  /// text once in each whose test part has it.
  const labelled::SharedTexts& learned() const { return learned_; }
  /// The same of those that it learns from or that its validation part has, by which it chooses.
  const labelled::SharedTexts& seen() const { return seen_; }
  torch::Device device() const { return torch::Device(options_.device); }

  /// Says how many readers will be trained, so that each run's number can be told of all.
  void expect_readers(std::int64_t readers);
  /// Trains what is not finished: in each rotation at each rate with the first seed, then the other
  /// seeds at the rate with which most of the validation part is right. Returns the signal that stopped it, or 0.
  int train(const CaseReader& reader, CaseAnswers& answers);

  /// The first seed's models of all rotations, each on its test part cut at another length: by
  /// triplet.
  std::vector<double> right_at(const CaseReader& reader, const CaseAnswers& answers,
                               std::int64_t max_length) const;

 private:
  task::Recipe recipe(const CaseReader& reader, std::int64_t rotation, double rate,
                      std::int64_t seed, std::int64_t max_length) const;
  std::filesystem::path folder(const CaseReader& reader, std::int64_t rotation, double rate,
                               std::int64_t seed) const;
  int run(const CaseReader& reader, const task::Material& material, std::int64_t rotation,
          double rate, std::int64_t seed);
  int tune(const CaseReader& reader, const task::Material& material, std::int64_t rotation,
           double& rate);
  std::vector<double> answers_of(const CaseReader& reader, const task::Material& material,
                                 std::int64_t rotation, double rate, std::int64_t seed) const;
  std::vector<double> rates() const;
  double seconds_of(const CaseReader& reader, std::int64_t rotation, double chosen) const;

  StudyOptions options_;
  std::int64_t rotations_ = 0, run_ = 0, runs_ = 0;
  double first_rate_ = 0;
  std::vector<labelled::Query> triplets_;
  std::vector<std::uint64_t> first_texts_;
  labelled::SharedTexts learned_, seen_;
};

}  // namespace roformer::study
