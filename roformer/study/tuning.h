// Each model of a study its own learning rate, by a short sweep that costs all of them the same: a
// rate that suits one side alone decides a comparison before it begins.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace roformer::study {

/// A rate, and the loss on the validation part at the end of the run that had it.
struct TriedRate {
  double rate = 0;
  double validation_loss = 0;
};

/// What was tried for one model.
struct Tuning {
  std::vector<TriedRate> tried;  // ascending
  std::size_t chosen = 0;        // the lowest validation loss

  double rate() const { return tried.at(chosen).rate; }
  /// Whether a rate beyond those tried might be better still.
  bool is_at_edge() const { return chosen == 0 || chosen + 1 == tried.size(); }
};

/// The rates that are tried around a recipe's own: half of it, itself, twice and four times as much.
std::vector<double> rates_around(double rate);

/// Chooses; runs that diverged (a loss that is no number) are never chosen. Throws Error where none
/// ended with a number, naming `model`.
Tuning choose_rate(std::vector<TriedRate> tried, const std::string& model);

/// "0.001", "5e-04" without digits that say nothing: as a recipe would have it.
std::string format_rate(double rate);

}  // namespace roformer::study
