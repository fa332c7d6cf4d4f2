// Figure 3, left, of the paper: RoFormer and BERT pre-trained on the same data under the same
// settings.
#pragma once
#include "roformer/study/paired_runs.h"

namespace roformer::study {

/// Trains both models one after the other (runs that are finished are not repeated, one that was
/// stopped goes on), prints both learning curves and what stands beside them, and writes
/// OUT/report.html. Returns the signal that stopped it, or 0.
int reproduce_figure3_left(const StudyOptions& options);

}  // namespace roformer::study
