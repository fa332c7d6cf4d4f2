// Which of several ways to go on is right. The header is light: no tensors in it.
#pragma once
#include <memory>
#include <vector>

#include "roformer/pipeline/label_folder.h"
#include "roformer/pipeline/lines.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::head {
class LabelHead;
}
namespace roformer::pipeline {

/// Of one line.
struct ChoiceAnswer {
  std::vector<double> probabilities;  // by choice
  std::size_t best = 0;               // the choice of the largest, from 0
  bool is_cut = false;                // a choice and what it goes on from were too long
};

/// A multiple-choice model and its tokenizer.
class Choose {
 public:
  /// `model` is in evaluation mode. Throws Error if the tokenizer does not fit, and for a head that
  /// reads more than [CLS]: what it says hangs on the padding.
  Choose(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
         const TextOptions& options = {});

  /// One answer a line: what is gone on from, and at least two choices, which tabs separate. Throws
  /// LineError for a line with fewer, Error that names the line for an answer that is no number.
  std::vector<ChoiceAnswer> operator()(const Lines& lines) const;

 private:
  TextOptions options_;
  std::shared_ptr<head::LabelHead> model_;
  TextEncoder encoder_;
};

/// The model and the tokenizer of a folder. Throws Error naming its class where that is no multiple
/// choice.
Choose open_choose(const LabelFolder& folder, TextOptions options = {});

}  // namespace roformer::pipeline
