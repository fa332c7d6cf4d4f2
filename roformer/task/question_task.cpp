#include "roformer/task/question_task.h"

#include <limits>

#include "roformer/metric/answer_score.h"
#include "roformer/pipeline/answer_span.h"
#include "roformer/task/labelled_kind.h"

namespace roformer::task {

namespace {

using labelled::ExampleBatch;
using labelled::Question;
using torch::Tensor;

// Logits (N, 2) of sequences end to end as (B, T, 2), −inf behind the shorter ones.
Tensor padded_logits(const Tensor& logits, const std::vector<std::int32_t>& begins) {
  const std::int64_t rows = std::ssize(begins) - 1;
  std::int64_t columns = 0;
  for (std::size_t row = 0; row + 1 < begins.size(); ++row)
    columns = std::max<std::int64_t>(columns, begins[row + 1] - begins[row]);
  std::vector<std::int64_t> places;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto at = static_cast<std::size_t>(row);
    for (std::int64_t column = 0; column < begins[at + 1] - begins[at]; ++column)
      places.push_back(row * columns + column);
  }
  const auto padding = torch::full({rows * columns, 2}, -std::numeric_limits<float>::infinity(),
                                   logits.options().dtype(torch::kFloat));
  return padding
      .index_copy(0, torch::tensor(places, torch::kInt64).to(logits.device()),
                  logits.to(torch::kFloat))
      .view({rows, columns, 2});
}

std::vector<std::string> gold_answers(const Question& question) {
  std::vector<std::string> answers;
  for (const labelled::Answer& answer : question.answers) answers.push_back(answer.text);
  return answers;
}

}  // namespace

const Kind& question_answering_kind() {
  static const LabelledKind<QuestionTask> kind("question_answering", labelled::LabelUse::questions);
  return kind;
}

QuestionTask::QuestionTask(const Recipe& recipe,
                           std::shared_ptr<const labelled::QuestionCorpus> corpus,
                           std::shared_ptr<head::LabelHead> model, torch::Device device)
    : LabelledTask(recipe, corpus, head::question_answering(), std::move(model), device),
      corpus_(std::move(corpus)) {}

std::shared_ptr<head::LabelHead> QuestionTask::draw(const Recipe& recipe,
                                                    const labelled::QuestionCorpus& corpus) {
  return draw_label_model(recipe, corpus.tokenizer(), head::question_answering(),
                          [](model::HeadConfig& head) {
                            head.labels.clear();
                            head.num_labels = 2;
                            head.problem_type.clear();
                          });
}

std::shared_ptr<head::LabelHead> QuestionTask::load(const Recipe& recipe,
                                                    const labelled::QuestionCorpus& /*corpus*/,
                                                    const std::filesystem::path& folder) {
  return load_label_model(recipe, head::question_answering(), {}, 2, folder);
}

Tensor QuestionTask::wanted_tokens(const ExampleBatch& batch) const {
  std::vector<std::int64_t> wanted;
  for (const std::int64_t row : batch.rows) {
    const auto& answer = corpus_->answers(batch.split)[static_cast<std::size_t>(row)];
    wanted.insert(wanted.end(), {answer.first, answer.last});
  }
  return on_device(wanted).view({-1, 2});
}

train::LossSum QuestionTask::loss_of(const ExampleBatch& examples,
                                     const model::ForwardOptions& options) {
  const packed::PackedBatch batch = on_device(examples.batch);
  const Tensor logits =
      model()->logits(model()->encoder()->forward(batch, options), options.dropout_seed);
  const Tensor padded = padded_logits(logits, examples.batch.cu_seqlens);  // (B, T, 2)
  const Tensor wanted = wanted_tokens(examples);
  train::LossSum sum;
  sum.loss = at::cross_entropy_loss(padded.transpose(1, 2).flatten(0, 1), wanted.flatten(), {},
                                    at::Reduction::Sum) /
             2;
  sum.negative_log_likelihood = sum.loss.item<double>();
  sum.targets = wanted.size(0);
  sum.correct = padded.argmax(1).eq(wanted).all(1).sum().item<std::int64_t>();
  sum.tokens = std::ssize(examples.batch.tokens);
  sum.outputs = kept(logits);
  return sum;
}

std::string QuestionTask::answer_to(data::Split split, std::int64_t question,
                                    const float* logits) const {
  const labelled::EncodedPart& part = corpus_->part(split);
  const labelled::RowRange rows = part.rows_of(question);
  const auto context = [&](std::int64_t row) -> const labelled::WindowContext& {
    return corpus_->contexts(split)[static_cast<std::size_t>(row)];
  };
  std::vector<pipeline::AnswerWindow> windows;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    const auto numbers = static_cast<std::size_t>(2 * part.length(row));
    windows.push_back({{logits, numbers}, context(row).tokens});
    logits += numbers;
  }
  const auto span = pipeline::choose_span(windows, corpus_->options().max_answer_length,
                                          corpus_->has_impossible(split));
  if (!span) return {};
  const auto& [tokens, offsets] = context(rows.begin + static_cast<std::int64_t>(span->window));
  const auto& text = corpus_->questions(split);
  return labelled::text_between(
      text.context_of(text.questions[static_cast<std::size_t>(question)]),
      {offsets[span->first - tokens.begin].begin, offsets[span->last - tokens.begin].end});
}

train::Metrics QuestionTask::figures(const train::Evaluated& evaluated) {
  const Tensor outputs = torch::cat(evaluated.outputs).to(torch::kFloat).contiguous();
  const float* logits = outputs.const_data_ptr<float>();
  const auto& questions = corpus_->questions(evaluated.split).questions;
  std::vector<std::string> answers;
  std::vector<std::vector<std::string>> gold;
  for (const ExampleBatch& batch : evaluated_batches(evaluated.split)) {
    for (const std::int64_t example : batch.examples) {
      answers.push_back(answer_to(evaluated.split, example, logits));
      gold.push_back(gold_answers(questions[static_cast<std::size_t>(example)]));
      logits += 2 * corpus_->part(evaluated.split).tokens_of(example);
    }
  }
  const bool is_second = corpus_->has_impossible(evaluated.split);
  const auto report = metric::answer_report(
      answers, gold, is_second ? metric::SquadVersion::v2_0 : metric::SquadVersion::v1_1);
  train::Metrics figures = {{"loss", evaluated.score.loss()},
                            {"exact_match", report.all.exact_match},
                            {"f1", report.all.f1}};
  if (!is_second) return figures;
  if (report.with_answer) figures.emplace_back("f1_with_answer", report.with_answer->f1);
  if (report.without_answer) figures.emplace_back("f1_without_answer", report.without_answer->f1);
  return figures;
}

}  // namespace roformer::task
