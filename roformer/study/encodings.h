// Every position encoding in the same model, trained on the same text in the same order: what the
// paper's section 2 surveys, in one table.
#pragma once
#include "roformer/study/paired_runs.h"

namespace roformer::study {

/// Trains recipe encodings-{scale} with each encoding and seed (finished runs are not repeated, one
/// that was stopped goes on); then prints one table with mean and standard deviation over the seeds
/// of the held-out loss at fixed steps, tokens a second, parameters, and the loss on sequences twice
/// and four times as long as in training; writes OUT/report.html. Returns the signal that stopped
/// it, or 0.
int compare_encodings(const StudyOptions& options);

}  // namespace roformer::study
