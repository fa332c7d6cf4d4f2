// The three parts of a labelled text: as its files say, and of our own making where one is lacking,
// by group, so that nothing leaks from one into another.
#pragma once
#include <array>
#include <string>

#include "roformer/data/split.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/labelled/labelled_text.h"

namespace roformer::labelled {

struct LabelledParts {
  std::array<LabelledText, 3> texts;
  std::string origin;  // in words: which files, and which parts are of our making

  LabelledText& of(data::Split split) { return texts[static_cast<std::size_t>(split)]; }
  const LabelledText& of(data::Split split) const { return texts[static_cast<std::size_t>(split)]; }
};

/// Reads the files. A part without files of its own is a share of the training rows. Of GLUE's
/// tasks, whose tests have no labels, one half of dev chooses and the other reports; where there is
/// no training part (QNLI's folder) dev is cut into three. Throws Error naming what is missing,
/// file and line.
LabelledParts open_labelled_parts(const LabelledOptions& options);

}  // namespace roformer::labelled
