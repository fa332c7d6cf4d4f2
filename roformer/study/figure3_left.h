// Figure 3, left, of the paper: RoFormer and BERT pre-trained on the same data under the same
// settings.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace roformer::study {

struct Figure3LeftOptions {
  std::string scale = "tiny";  // tiny, small, paper
  std::filesystem::path out;
  std::int64_t seeds = 1;            // runs of each model, with seeds 0, 1, …
  std::vector<std::string> changes;  // section.key=value, for both models
  std::string device = "cpu";
};

/// Trains both models one after the other (runs that are finished are not repeated, one that was
/// stopped goes on), prints both learning curves and what stands beside them, and writes
/// OUT/report.html. Returns the signal that stopped it, or 0.
int reproduce_figure3_left(const Figure3LeftOptions& options);

}  // namespace roformer::study
