// Table 1 of the paper: translation with rotary against sinusoidal positions, in BLEU.
#pragma once
#include "roformer/study/paired_runs.h"

namespace roformer::study {

/// Trains the Transformer and RoFormer on the same pairs, averages the last models of each, and
/// prints their BLEU on each test set beside the paper's, with a paired bootstrap of the difference;
/// writes table, plots, translations and recipes into options.out. At scale tiny, where the
/// recipe's files are absent, apt's package descriptions take their place. Returns the signal that
/// stopped it, or 0.
int reproduce_table1(const StudyOptions& options);

}  // namespace roformer::study
