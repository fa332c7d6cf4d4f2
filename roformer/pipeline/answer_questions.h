// The piece of a text that answers a question. The header is light: no tensors in it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "roformer/pipeline/label_folder.h"
#include "roformer/pipeline/lines.h"
#include "roformer/text/tokenizer.h"

namespace roformer::head {
class LabelHead;
}
namespace roformer::pipeline {

/// Of one line.
struct TextAnswer {
  std::string text = {};            // empty where there is none
  std::int32_t begin = 0, end = 0;  // where it stands in the context, in Unicode code points
  double score = 0;                 // probability_of (answer_span.h)
};

/// Contexts longer than a window are read in several: length.max_length tokens each, by default
/// 384, or fewer where the model has fewer positions, which share length.stride tokens, by default
/// 128 or half a window.
struct QuestionOptions : TextOptions {
  std::int64_t max_answer_length = 30;  // tokens
  bool may_be_none = false;             // there may be no answer, as in SQuAD 2.0
};

/// A model that marks an answer's begin and end, and its tokenizer.
class AnswerQuestions {
 public:
  /// `model` is in evaluation mode. Throws Error if the tokenizer does not fit, for lengths that
  /// make no sense, and for truncation, since nothing has to be cut.
  AnswerQuestions(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
                  const QuestionOptions& options = {});

  /// One answer a line, which is a question and its context that the first tab separates. Throws
  /// LineError for a line without a tab, a context without a token, or a question that leaves no
  /// room for it; Error that names the line for logits that are no numbers.
  std::vector<TextAnswer> operator()(const Lines& lines) const;

 private:
  struct Windows;  // of several lines
  Windows encode(const Lines& lines) const;
  void encode_line(const std::string& line, std::int64_t number, Windows& windows) const;
  void compute_logits(Windows& windows) const;
  TextAnswer answer_of(const Lines& lines, std::size_t line, const Windows& windows) const;

  QuestionOptions options_;
  std::shared_ptr<head::LabelHead> model_;
  text::Tokenizer tokenizer_;
  std::int64_t max_length_, stride_;
};

/// The model and the tokenizer of a folder. Throws Error naming its class where that is another.
AnswerQuestions open_answer_questions(const LabelFolder& folder, QuestionOptions options = {});

}  // namespace roformer::pipeline
