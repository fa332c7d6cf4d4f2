// Running sums between two log lines: loss, accuracy, gradient norm, and where the time went.
#pragma once
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "roformer/train/task.h"

namespace roformer::train {

/// The phases of a step whose shares of the time are logged.
enum class Phase { data, forward, backward, optimizer };

class Meter {
 public:
  /// Adds the time since the last mark (or restart) to a phase.
  void mark(Phase phase);
  /// Starts the clock anew, without counting what went before (evaluation, saving).
  void restart_clock() { last_ = Clock::now(); }

  void add_loss(double loss_sum, std::int64_t targets, std::int64_t correct, std::int64_t tokens);
  void add_step(double gradient_norm);

  double loss() const { return ratio(loss_sum_, static_cast<double>(targets_)); }
  double accuracy() const {
    return ratio(static_cast<double>(correct_), static_cast<double>(targets_));
  }
  double gradient_norm() const { return ratio(norm_sum_, static_cast<double>(steps_)); }
  double tokens_per_second() const { return ratio(static_cast<double>(tokens_), seconds()); }
  /// Of all phases.
  double seconds() const;
  /// {"data": 0.02, "forward": …}: shares of the time measured.
  nlohmann::json time_shares() const;

  void clear() { *this = Meter(); }

  /// Sums of loss, targets, correct answers, norms (not of the time), to go on with after a resume,
  /// exactly.
  nlohmann::json sums() const;
  void restore_sums(const nlohmann::json& sums);

 private:
  using Clock = std::chrono::steady_clock;
  static double ratio(double a, double b) { return b > 0 ? a / b : 0; }

  Clock::time_point last_ = Clock::now();
  double phase_seconds_[4] = {};
  double loss_sum_ = 0, norm_sum_ = 0;
  std::int64_t targets_ = 0, correct_ = 0, tokens_ = 0, steps_ = 0;
};

}  // namespace roformer::train
