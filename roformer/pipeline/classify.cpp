#include "roformer/pipeline/classify.h"
#include "roformer/pipeline/settle.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/head/label_head.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::pipeline {
namespace {

// As the loss takes a head without problem_type.
bool gives_a_number(const model::HeadConfig& head) {
  return head.problem_type == "regression" || (head.problem_type.empty() && head.num_labels == 1);
}

std::vector<ClassAnswer> answers_of(const torch::Tensor& logits, bool is_regression) {
  const torch::Tensor values =
      (is_regression ? logits : logits.softmax(-1)).to(torch::kCPU, torch::kFloat64).contiguous();
  const auto at = values.accessor<double, 2>();
  std::vector<ClassAnswer> answers(static_cast<std::size_t>(values.size(0)));
  for (std::int64_t row = 0; row < values.size(0); ++row) {
    ClassAnswer& answer = answers[static_cast<std::size_t>(row)];
    if (is_regression) {
      answer.score = at[row][0];
      continue;
    }
    for (std::int64_t label = 0; label < values.size(1); ++label)
      answer.probabilities.push_back(at[row][label]);
    const auto& all = answer.probabilities;
    answer.best = static_cast<std::size_t>(std::max_element(all.begin(), all.end()) - all.begin());
  }
  return answers;
}

}  // namespace

Classify::Classify(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
                   const ClassifyOptions& options)
    : options_(options),
      model_(std::move(model)),
      encoder_(std::move(tokenizer), model_->config(), options.length, options.name),
      is_regression_(gives_a_number(model_->head_config())),
      label_names_(label_names_of(model_->head_config(), options.label_names)) {
  base::require(!options.length.stride,
                "[pipeline] expected no stride for classes of whole lines but got one");
  base::require(!is_regression_ || model_->head_config().num_labels == 1,
                "[pipeline] {}: expected a regression of one number but got {}, which `roformer "
                "run` computes",
                options.name, model_->head_config().num_labels);
  settle(*model_, options);
}

std::vector<ClassAnswer> Classify::operator()(const Lines& lines) const {
  return answer(encoder_.encode_rows(lines), lines.first);
}

std::vector<ClassAnswer> Classify::operator()(const TextRows& rows) const {
  return answer(encoder_.encode_rows(rows), rows.first);
}

std::vector<ClassAnswer> Classify::answer(const std::vector<Piece>& pieces,
                                          std::int64_t first) const {
  std::vector<ClassAnswer> answers(pieces.size());
  compute_batches(pieces, options_, [&](const TextBatch& batch) {
    const torch::Tensor read = model_->sequence_vectors(batch.tokens, {});
    auto found = answers_of(model_->logits(read, 0).to(torch::kFloat), is_regression_);
    for (std::size_t i = 0; i < found.size(); ++i)
      answers[pieces[batch.pieces[i]].line] = std::move(found[i]);
  });
  for (std::size_t line = 0; line < answers.size(); ++line) {
    const std::int64_t number = first + static_cast<std::int64_t>(line);
    require_finite(answers[line].score, "a score", number, options_.name);
    for (const double probability : answers[line].probabilities)
      require_finite(probability, "probabilities", number, options_.name);
    answers[line].is_cut = pieces[line].is_cut;
  }
  return answers;
}

Classify open_classify(const LabelFolder& folder, ClassifyOptions options) {
  options.name = folder.name();
  auto model = folder.model(folder.has(head::pair_scorer()) ? head::pair_scorer()
                                                            : head::sequence_classifier());
  base::require(model->head_config().problem_type != "multi_label_classification",
                "[pipeline] {}: expected one label a line but got problem_type "
                "multi_label_classification, which `roformer run` computes",
                options.name);
  return {std::move(model), folder.tokenizer(), options};
}

}  // namespace roformer::pipeline
