#include "roformer/task/masked_language_task.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/checkpoint/save.h"
#include "roformer/metric/masked_score.h"
#include "roformer/metric/neighbour_guess.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/task/fingerprint.h"
#include "roformer/task/recipe_model.h"

namespace roformer::task {
namespace {

std::vector<data::MaskedBatch> held_out(const EvaluationOptions& options,
                                        const data::MaskedLanguageSource& source) {
  return source.validation_batches(options.length, options.batch_tokens, options.sequences);
}

}  // namespace

MaskedLanguageTask::MaskedLanguageTask(const Recipe& recipe,
                                       std::shared_ptr<const data::Corpus> corpus,
                                       head::MaskedLanguageModel model, torch::Device device)
    : source_(std::move(corpus), recipe.seed),
      model_(std::move(model)),
      device_(device),
      seed_(recipe.seed),
      evaluation_(recipe.evaluation),
      validation_(held_out(evaluation_, source_)) {
  require_words(model_->config(), source_.tokenizer());
  std::size_t targets = 0;
  for (const auto& batch : validation_) targets += batch.labels.size();
  base::require(targets > 0,
                "[task] expected held-out text to evaluate on but there is none: give more "
                "documents (data.document = "
                "\"block\" or \"line\" makes several of a file), a data.validation_share above 0, "
                "and a vocabulary that "
                "knows the text's words");
  model_->to(device_);
}

void MaskedLanguageTask::load_batch(const train::BatchRequest& request) {
  if (request.micro_step == 0) model_->encoder()->begin_update(request.update, seed_);
  batch_ = source_.batch(shape_of(request), request.step, request.micro_step);
}

MaskedLanguageTask::Scored MaskedLanguageTask::score(const data::MaskedBatch& masked,
                                                     std::uint64_t dropout_seed) {
  const auto positions = torch::tensor(masked.masked_positions, torch::kInt64).to(device_);
  const auto labels = torch::tensor(masked.labels, torch::kInt64).to(device_);
  model::ForwardOptions options;
  options.dropout_seed = dropout_seed;
  options.rows = positions;
  const auto hidden =
      model_->encoder()->forward(packed::from_tokens(masked.batch).to(device_), options);
  const auto result = model_->loss(hidden, labels);
  return {result.loss, result.correct};
}

train::LossSum MaskedLanguageTask::loss(std::uint64_t dropout_seed) {
  const auto [loss, correct] = score(batch_, dropout_seed);
  return {loss, static_cast<std::int64_t>(batch_.labels.size()), correct,
          static_cast<std::int64_t>(batch_.batch.tokens.size())};
}

train::Metrics MaskedLanguageTask::evaluate() {
  const torch::NoGradGuard no_gradient;
  const bool was_training = model_->is_training();
  model_->eval();
  metric::MaskedScore total;
  for (const auto& batch : validation_) {
    const auto [loss, correct] = score(batch, 0);
    total.add(loss.item<double>(), correct, static_cast<std::int64_t>(batch.labels.size()));
  }
  model_->train(was_training);
  return {{"loss", total.loss()}, {"accuracy", total.accuracy()}};
}

void MaskedLanguageTask::save_model(const std::filesystem::path& folder) {
  checkpoint::save_model(*model_, model_->encoder()->config(), folder);
  source_.tokenizer().save(folder);
}

void MaskedLanguageTask::load_model(const std::filesystem::path& folder) {
  restore_weights(*model_, folder);
}

train::Metrics MaskedLanguageTask::figures(data::Split split) {
  base::require(
      split == data::Split::validation,
      "[task] expected the validation part but got another: a text of documents holds out "
      "one part only (data.validation_share)");
  train::Metrics metrics = evaluate();
  metrics.emplace_back("perplexity", std::exp(metrics.front().second));
  const auto guess = guess_accuracy(evaluation_, source_);
  metrics.emplace_back("accuracy_of_most_frequent_word", guess.most_frequent);
  metrics.emplace_back("accuracy_of_both_neighbours_guess", guess.neighbours);
  return metrics;
}

std::string MaskedLanguageMaterial::fingerprint() const {
  Fingerprint fingerprint;
  for (const auto split : {data::Split::training, data::Split::validation})
    corpus_->for_each_document(split,
                               [&](std::span<const std::int32_t> ids) { fingerprint.add(ids); });
  fingerprint.add(corpus_->tokenizer());
  return fingerprint.text();
}

std::unique_ptr<RecipeTask> MaskedLanguageMaterial::make_task(const Recipe& recipe,
                                                              torch::Device device) const {
  return std::make_unique<MaskedLanguageTask>(
      recipe, corpus_, draw_model<head::MaskedLanguageModel>(recipe, corpus_->tokenizer()), device);
}

std::unique_ptr<RecipeTask> MaskedLanguageMaterial::load_task(const Recipe& recipe,
                                                              const std::filesystem::path& folder,
                                                              torch::Device device) const {
  return std::make_unique<MaskedLanguageTask>(
      recipe, corpus_,
      load_recipe_model<head::MaskedLanguageModel>(recipe, folder, "masked language model"),
      device);
}

GuessAccuracy guess_accuracy(const EvaluationOptions& evaluation,
                             const data::MaskedLanguageSource& source) {
  const text::Tokenizer& tokenizer = source.tokenizer();
  metric::NeighbourGuess guess(tokenizer.vocabulary_size(), tokenizer.end_id());
  source.corpus().for_each_document(data::Split::training,
                                    [&](auto document) { guess.add(document); });
  guess.finish();
  metric::GuessScore sum;
  for (const auto& masked : held_out(evaluation, source)) {
    const auto score =
        metric::score_guesses(guess, masked.batch.tokens, masked.batch.cu_seqlens,
                              masked.masked_positions, masked.labels, tokenizer.mask_id());
    sum.count += score.count;
    sum.most_frequent += score.most_frequent;
    sum.neighbours += score.neighbours;
  }
  const auto count = static_cast<double>(std::max<std::int64_t>(1, sum.count));
  return {static_cast<double>(sum.most_frequent) / count,
          static_cast<double>(sum.neighbours) / count};
}

}  // namespace roformer::task
