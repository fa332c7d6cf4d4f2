// Figure 3, right, of the paper: a Performer that learns the next character, with and without RoPE,
// under the same settings (section 4.4).
#pragma once
#include "roformer/study/paired_runs.h"

namespace roformer::study {

/// Trains both models one after the other (runs that are finished are not repeated, one that was
/// stopped goes on), prints bits per character of both beside each other and a verdict, and writes
/// OUT/report.html. Returns the signal that stopped it, or 0.
int reproduce_figure3_right(const StudyOptions& options);

}  // namespace roformer::study
