// The class of a line, or a number for it. The header is light: no tensors in it.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/pipeline/label_folder.h"
#include "roformer/pipeline/lines.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::head {
class LabelHead;
}
namespace roformer::pipeline {

/// Of one line.
struct ClassAnswer {
  std::vector<double> probabilities;  // by class; of a regression none
  std::size_t best = 0;               // the class of the largest
  double score = 0;                   // of a regression
  bool is_cut = false;                // the line was longer than ClassifyOptions::length allows
};

struct ClassifyOptions : TextOptions {
  std::vector<std::string> label_names = {};  // in place of the model's; empty: those
};

/// A classifier of sequences, or a regression, and its tokenizer.
class Classify {
 public:
  /// `model` is in evaluation mode. Throws Error if the tokenizer does not fit, or there are other
  /// than as many names as classes.
  Classify(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
           const ClassifyOptions& options = {});

  /// One answer a line, which is a text, or two that a tab separates. Throws Error that names the
  /// line for an answer that is no number.
  std::vector<ClassAnswer> operator()(const Lines& lines) const;
  /// The same of rows whose texts are known apart.
  std::vector<ClassAnswer> operator()(const TextRows& rows) const;

  bool is_regression() const { return is_regression_; }
  /// Of the classes, in the order of the probabilities.
  const std::vector<std::string>& label_names() const { return label_names_; }

 private:
  /// One answer a piece, in their order; `first` is the number of the first line.
  std::vector<ClassAnswer> answer(const std::vector<Piece>& pieces, std::int64_t first) const;

  ClassifyOptions options_;
  std::shared_ptr<head::LabelHead> model_;
  TextEncoder encoder_;
  bool is_regression_;
  std::vector<std::string> label_names_;
};

/// The model and the tokenizer of a checkpoint folder. Throws Error naming its class where that is
/// no classifier of sequences, and for one that gives several labels at once, which is not computed
/// here.
Classify open_classify(const LabelFolder& folder, ClassifyOptions options = {});

}  // namespace roformer::pipeline
