// The entities of a line, or a label for each of its words. The header is light: no tensors in it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/pipeline/classify.h"
#include "roformer/pipeline/label_folder.h"
#include "roformer/pipeline/lines.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {

/// A part of a line that has a label: an entity, or a word where labels are no tags of entities.
struct LabelledSpan {
  std::string text;   // as the line has it
  std::string label;  // an entity's without B-, I-, …; "_" where its tags have no type
  std::int64_t begin = 0, end = 0;  // code points of the line, half open
  double probability = 0;           // the mean of its words'
};

/// Whether a tokenizer says where tokens stand and which of them go on with a word.
bool tells_words(const text::Tokenizer& tokenizer);

/// A classifier of tokens and its tokenizer.
class TagWords {
 public:
  /// `model` is in evaluation mode. Throws Error if the tokenizer does not fit or does not tell
  /// words, or there are other than as many names as labels.
  TagWords(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
           const ClassifyOptions& options = {});

  /// What each line has, in its order. A line is cut into words by the tokenizer: a piece that goes
  /// on with a word belongs to it, and the first piece's label is the word's, as transformers'
  /// aggregation_strategy="first" has it. Where all labels are tags of entities
  /// (metric::is_entity_tag) these are found as metric::find_entities does, else each word is
  /// returned. Throws LineError for a line that is too long, unless it is to be cut, and Error that
  /// names the line for an answer that is no number.
  std::vector<std::vector<LabelledSpan>> operator()(const Lines& lines) const;

  const std::vector<std::string>& label_names() const { return label_names_; }

 private:
  struct Word;
  std::vector<std::vector<Word>> words_of(const std::vector<Piece>& pieces) const;
  void find_labels(const std::vector<Piece>& pieces, std::vector<std::vector<Word>>& words) const;
  std::vector<LabelledSpan> spans_of(const std::string& line, const std::vector<Word>& words) const;

  ClassifyOptions options_;
  std::shared_ptr<head::LabelHead> model_;
  TextEncoder encoder_;
  std::vector<std::string> label_names_;
  bool has_entities_;
};

/// The model and the tokenizer of a checkpoint folder. Throws Error naming its class where that is
/// no classifier of tokens.
TagWords open_tag_words(const LabelFolder& folder, ClassifyOptions options = {});

}  // namespace roformer::pipeline
