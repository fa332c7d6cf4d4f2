// The parts of texts and pairs of texts: of tables, or of GLUE's files.
#pragma once
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/parts.h"

namespace roformer::labelled {

using LabelledParts = Parts<LabelledText>;

/// Reads the files: those of data.pairs as chinese_pairs.h says. A part without files of its own is a share of the training rows. Of GLUE's
/// tasks, whose tests have no labels, one half of dev chooses and the other reports; where there is
/// no training part (QNLI's folder) dev is cut into three. With options.model_labels there is the
/// test part alone, of files named there, which with options.glue are GLUE's. Throws Error naming
/// what is missing, file and line.
LabelledParts open_labelled_parts(const LabelledOptions& options);

/// Two halves of a part that is held out: what chooses (validation) and what is reported (test).
void cut_in_halves(const LabelledText& held_out, std::uint64_t seed, LabelledParts& parts);

}  // namespace roformer::labelled
