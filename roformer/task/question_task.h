// Questions whose answer is a piece of a text: its begin and end among the tokens (Devlin et al.
// 2019, sections 4.2 and 4.3; transformers' run_qa.py).
#pragma once
#include <memory>
#include <string>

#include "roformer/labelled/question_corpus.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {

class QuestionTask final : public LabelledTask {
 public:
  using Text = labelled::QuestionCorpus;

  /// Throws Error as LabelledTask does.
  QuestionTask(const Recipe& recipe, std::shared_ptr<const labelled::QuestionCorpus> corpus,
               std::shared_ptr<head::LabelHead> model, torch::Device device = torch::kCPU);

  static std::shared_ptr<head::LabelHead> draw(const Recipe& recipe,
                                               const labelled::QuestionCorpus& corpus);
  static std::shared_ptr<head::LabelHead> load(const Recipe& recipe,
                                               const labelled::QuestionCorpus& corpus,
                                               const std::filesystem::path& folder);

  /// "loss" (nats a window, the mean of begin and end), "exact_match" and "f1", 0 … 100 as SQuAD's
  /// scripts give them; where questions without an answer are there, those of version 2.0 and "f1"
  /// of either kind of question, "f1_with_answer" and "f1_without_answer".
  train::Metrics figures(const train::Evaluated& evaluated) override;
  train::DecidingFigure deciding_figure() const override { return {"f1", true}; }

 private:
  /// Each softmax runs over the window's own tokens; transformers' runs over [PAD] besides, so that
  /// losses are the same where windows of a batch are of one length.
  train::LossSum loss_of(const labelled::ExampleBatch& batch,
                         const model::ForwardOptions& options) override;
  /// The first and the last token that each row of the batch is asked for: (B, 2) int64.
  torch::Tensor wanted_tokens(const labelled::ExampleBatch& batch) const;
  /// To a held-out question whose windows' logits, row by row, begin at `logits`.
  std::string answer_to(data::Split split, std::int64_t question, const float* logits) const;

  std::shared_ptr<const labelled::QuestionCorpus> corpus_;
};

}  // namespace roformer::task
