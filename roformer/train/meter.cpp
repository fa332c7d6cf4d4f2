#include "roformer/train/meter.h"

namespace roformer::train {

void Meter::mark(Phase phase) {
  const auto now = Clock::now();
  phase_seconds_[static_cast<int>(phase)] += std::chrono::duration<double>(now - last_).count();
  last_ = now;
}

void Meter::add_loss(double loss_sum, std::int64_t targets, std::int64_t correct,
                     std::int64_t tokens) {
  loss_sum_ += loss_sum;
  targets_ += targets;
  correct_ += correct;
  tokens_ += tokens;
}

void Meter::add_step(double gradient_norm) {
  norm_sum_ += gradient_norm;
  ++steps_;
}

double Meter::seconds() const {
  double sum = 0;
  for (const double value : phase_seconds_) sum += value;
  return sum;
}

nlohmann::json Meter::time_shares() const {
  const char* names[] = {"data", "forward", "backward", "optimizer"};
  nlohmann::json shares;
  for (int i = 0; i < 4; ++i) shares[names[i]] = ratio(phase_seconds_[i], seconds());
  return shares;
}

nlohmann::json Meter::sums() const {
  return {{"loss", loss_sum_},
          {"norm", norm_sum_},
          {"targets", targets_},
          {"correct", correct_},
          {"steps", steps_}};
}

void Meter::restore_sums(const nlohmann::json& sums) {
  clear();
  loss_sum_ = sums.at("loss");
  norm_sum_ = sums.at("norm");
  targets_ = sums.at("targets");
  correct_ = sums.at("correct");
  steps_ = sums.at("steps");
}

}  // namespace roformer::train
