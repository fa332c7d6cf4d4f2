// Where in the windows of a text the answer to a question stands, by the logits of its ends: all
// spans are looked at. No tensors here.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "roformer/text/encoding.h"

namespace roformer::pipeline {

/// One window as the model answers it.
struct AnswerWindow {
  std::span<const float> logits;  // (T, 2) row by row: that an answer begins here, and ends here
  text::TokenRange context;       // the tokens that an answer may have

  double begin_logit(std::size_t token) const { return logits[2 * token]; }
  double end_logit(std::size_t token) const { return logits[2 * token + 1]; }
};

/// Tokens first … last of a window.
struct AnswerSpan {
  std::size_t window = 0, first = 0, last = 0;
  double logit = 0;  // the sum of its ends'
};

/// The span of the largest sum, at most `most` tokens of one window's context; of equal ones the
/// first by window, begin and end. Throws Error for windows without a token of context.
AnswerSpan best_span(std::span<const AnswerWindow> windows, std::int64_t most);

/// [CLS] as begin and end, which says that there is no answer: of the window that is least sure of
/// it (Devlin et al. 2019, section 4.3, and transformers' run_qa.py).
AnswerSpan null_span(std::span<const AnswerWindow> windows);

/// The best span; none where there may be no answer and [CLS] is above it.
std::optional<AnswerSpan> choose_span(std::span<const AnswerWindow> windows, std::int64_t most,
                                      bool may_be_none);

/// The product of two probabilities, that the span's begin and end are these: softmax over [CLS]
/// and the context's tokens of its window, as in transformers 4's QuestionAnsweringPipeline.
double probability_of(const AnswerSpan& span, std::span<const AnswerWindow> windows);

}  // namespace roformer::pipeline
