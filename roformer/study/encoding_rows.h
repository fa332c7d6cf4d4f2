// One row of the table of encodings: what its finished runs have come to.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/study/arm_comparison.h"
#include "roformer/study/arms.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

/// Times the length of training. Each length scores the same text, cut into its own sequences, so
/// that losses differ by the length alone.
inline constexpr std::int64_t kLengthFactors[] = {1, 2, 4};

/// One encoding's figures.
struct EncodingRow {
  ArmResult result;  // its test losses are those at the length of training
  std::int64_t parameters = 0;
  std::vector<std::int64_t> steps;
  std::vector<std::vector<double>> losses;  // of the validation part, by step, then by seed
  std::vector<double> speeds;               // tokens a second, by seed
  // By factor, on the same text of the test part, then by seed; empty: beyond the table of
  // positions.
  std::vector<std::vector<double>> by_length;

  const std::string& name() const { return result.name; }
  const std::vector<double>& test_losses() const { return result.losses.test; }
};

/// The recipe that evaluates at another length, on the same text as all others: a passage is one
/// sequence of the longest.
task::Recipe recipe_at_length(const Arms& arms, const Arm& arm, std::int64_t seed,
                              std::int64_t factor);

/// Rows of all arms, whose runs are finished, the lowest test loss first. Throws Error where runs
/// of one encoding were evaluated at other steps.
std::vector<EncodingRow> encoding_rows(const Arms& arms, const task::Material& material);

/// Everything in them but what stands in to_json of arm_comparison.h, by encoding.
nlohmann::ordered_json encoding_numbers(const std::vector<EncodingRow>& rows,
                                        std::int64_t training_length);

/// "On sequences 4 times as long as in training, the same text, the loss changes by: rotary +0.15 ±
/// 0.02, …", of those without a table of positions; empty where every one has one.
std::string length_sentence(const std::vector<EncodingRow>& rows);

}  // namespace roformer::study
