// The tables and figures of the paper, ours beside the paper's; each prints what it finds and
// writes OUT/report.html. What trains repeats no finished run and goes on with one that was
// stopped; it returns the signal that stopped it, or 0.
#pragma once
#include "roformer/study/study_options.h"

namespace roformer::study {

/// Every position encoding in the same model, trained on the same text in the same order (what the
/// paper's section 2 surveys): recipe encodings-{scale} with each encoding and seed. One table with
/// the held-out loss at fixed steps, its mean and 95 % interval over the seeds, and how far it is
/// from rotary's, tokens a second, parameters, and the loss on one text in sequences as long, twice
/// and four times as long as in training.
int compare_encodings(const StudyOptions& options);

/// Figure 2: the bound of Eq. 37 on the score of two tokens falls with their distance, for the
/// paper's setting and for other sizes, bases and scalings, beside the score expected of random
/// vectors. Writes OUT/curves.json too, and a picture of each chart where gnuplot is installed.
/// Reads options.out alone; returns 0.
int reproduce_figure2(const StudyOptions& options);

/// Figure 3, left: RoFormer and BERT pre-trained on the same data under the same settings. Both
/// learning curves and what stands beside them.
int reproduce_figure3_left(const StudyOptions& options);

/// Figure 3, right: a Performer that learns the next character, with and without RoPE, under the
/// same settings (section 4.4). Bits per character of both beside each other and a verdict.
int reproduce_figure3_right(const StudyOptions& options);

/// Table 1: translation with rotary against sinusoidal positions, in BLEU. Trains the Transformer
/// and RoFormer on the same pairs, averages the last models of each, and shows their BLEU on each
/// test set beside the paper's, with paired tests of the difference; writes table, plots,
/// translations and recipes. At scale tiny, where the recipe's files are absent, apt's package
/// descriptions take their place.
int reproduce_table1(const StudyOptions& options);

/// Table 2: RoFormer and BERT of one shape, pre-trained on the same text (recipes table2-roformer
/// and table2-bert), then fine-tuned on six tasks of GLUE at four rates with each seed (recipe
/// table2): by the paper's protocol, and by one that chooses and reports on different parts, with a
/// paired test over the examples. Changes whose key begins with "pretraining." are of the former.
int reproduce_table2(const StudyOptions& options);
/// Whether the folder of GLUE's files that its recipe names is there.
bool has_table2_text(const StudyOptions& options);

/// Table 3: the four Chinese models that the paper compares, as the presets of recipes make them.
/// Trains nothing and reads options.out alone; returns 0.
int reproduce_table3(const StudyOptions& options);

/// Table 4: RoFormer pre-trained in Chinese by six stages (recipe table4), loss and accuracy at each
/// one's end, of what is learned and of the test part at the stage's length and at one for all; the
/// final model by length. What was stopped, within a stage or between two, goes on.
int reproduce_table4(const StudyOptions& options);

/// Table 5: BERT, WoBERT and RoFormer pre-trained by the stages of table4, then fine-tuned to tell
/// which of two judgments is nearer to a third (recipe table5), pairs cut at 512 and 1,024 tokens, in
/// rotations over all triplets; beside chance, shared characters and the encoders before. Changes
/// whose key begins with "pretraining." are of the pre-training.
int reproduce_table5(const StudyOptions& options);

// Pictures that the paper lacks. They train nothing, read little text (sample_text.h), and write
// numbers.json and their drawings beside the report; they return 0.

/// Eq. 37's bound beside Σ|h_i|, which needs no positions, and beside what both bound, up to
/// distance 10^6: for random and constant queries and keys and for those of options.models.
int reproduce_decay(const StudyOptions& options);

/// The lengths of the queries and keys of options.models by frequency pair and layer.
int reproduce_frequency_norms(const StudyOptions& options);

/// Eq. 19's weights: the share of those below 0 and the sums of rows, with the rotation behind the
/// feature map and before it, for random inputs and for the runs options.models, beside their loss.
int reproduce_linear_weights(const StudyOptions& options);

/// Held-out loss by the place in the sequence, within and beyond the training length, for the runs
/// in options.models; those that differ in their seed alone are one line.
int reproduce_loss_by_position(const StudyOptions& options);

}  // namespace roformer::study
