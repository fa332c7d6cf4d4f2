// A question beside windows of its context, and which tokens of a window an answer has, as
// transformers' run_qa.py (examples/pytorch/question-answering) makes them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/pair_windows.h"

namespace roformer::labelled {

/// [CLS] question [SEP] piece of the context [SEP], pieces sharing `stride` tokens; white space
/// before the question is left out. Throws Error for a tokenizer without pairs or places in the
/// text, a context without a token, and a question too long to leave room for a piece.
std::vector<text::PairWindow> question_windows(const text::Tokenizer& tokenizer,
                                               std::string_view question, std::string_view context,
                                               std::int64_t max_length, std::int64_t stride);

/// The first and the last token of an answer, numbers within the window.
struct AnswerTokens {
  std::int64_t first = 0, last = 0;
  friend bool operator==(const AnswerTokens&, const AnswerTokens&) = default;
};

/// Those of the answer at these characters of the context, whole tokens where its ends lie within
/// some; [CLS] twice, {0, 0}, unless all of it is in the window. run_qa.py begins an answer that
/// begins with the window's last token at the padding behind; here it begins with that token.
AnswerTokens answer_tokens(const text::PairWindow& window, const text::Offset& answer);

/// These characters of a text.
std::string text_between(std::string_view text, const text::Offset& range);

}  // namespace roformer::labelled
