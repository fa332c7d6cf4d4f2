// A training by stages that halts at each stage's end to be measured there.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "roformer/study/arms.h"
#include "roformer/task/material.h"

namespace roformer::study {

/// What a model is at the end of a stage: loss and accuracy of masked words.
struct StageEnd {
  train::Metrics training;      // mean of the stage's last logged steps, on what is learned
  train::Metrics own_length;    // on the test part, in sequences of the stage's length
  train::Metrics fixed_length;  // and of evaluate.length
};

nlohmann::ordered_json to_json(const train::Metrics& metrics);
nlohmann::ordered_json to_json(const StageEnd& end);

/// The only arm of a study, its stages one after another.
class StageRunner {
 public:
  StageRunner(const Arms& arms, const task::Material& material)
      : arms_(arms), material_(material) {}

  /// Trains the run of a seed, or goes on where it was stopped, and measures each stage's end, which
  /// is kept in the run's folder. Returns the signal that stopped it, or 0.
  int train(std::int64_t seed, std::vector<StageEnd>& ends) const;

  /// The run's model on the test part in sequences of that length.
  train::Metrics evaluate(std::int64_t seed, std::int64_t length) const;

 private:
  task::Recipe recipe_to(std::int64_t seed, std::size_t stages) const;
  StageEnd measure(std::int64_t seed, std::size_t stage) const;

  const Arms& arms_;
  const task::Material& material_;
};

}  // namespace roformer::study
