// Questions and the texts that answer them, as windows of tokens: what models learn from that mark
// an answer's begin and end (Devlin et al. 2019, section 4.2 and 4.3).
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/parts.h"
#include "roformer/labelled/question_windows.h"
#include "roformer/labelled/questions.h"

namespace roformer::labelled {

/// The context's part of a window.
struct WindowContext {
  text::TokenRange tokens;            // which tokens of the window
  std::vector<text::Offset> offsets;  // where each of these stands in the context, in code points
};

class QuestionCorpus final : public EncodedCorpus {
 public:
  /// Reads and encodes all parts; a part without files of its own is a share of the training
  /// questions, by title, or by context where there is none. Of the training part each window is an
  /// example, of the others a question with all its windows. Throws Error as read_questions does,
  /// and naming file and question for one that is too long and a context without tokens.
  explicit QuestionCorpus(const LabelledOptions& options);

  /// What each row is to answer: the first gold answer's tokens; [CLS] where the window lacks it.
  const std::vector<AnswerTokens>& answers(data::Split split) const {
    return answers_[static_cast<std::size_t>(split)];
  }
  /// The questions of a held-out part, one an example; of the training part none are kept.
  const QuestionText& questions(data::Split split) const {
    return questions_[static_cast<std::size_t>(split)];
  }
  /// By row of a held-out part; of the training part none are kept.
  const std::vector<WindowContext>& contexts(data::Split split) const {
    return contexts_[static_cast<std::size_t>(split)];
  }
  /// Whether any question of a part has no answer, as in SQuAD 2.0.
  bool has_impossible(data::Split split) const {
    return has_impossible_[static_cast<std::size_t>(split)];
  }

  std::string epoch() const override;

 private:
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;
  EncodedPart encode(data::Split split, const QuestionText& text);

  std::int64_t training_questions_ = 0;
  std::array<bool, 3> has_impossible_ = {};
  std::array<std::vector<AnswerTokens>, 3> answers_;
  std::array<QuestionText, 3> questions_;
  std::array<std::vector<WindowContext>, 3> contexts_;
};

}  // namespace roformer::labelled
