#include "roformer/task/masked_language_task.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/metric/neighbour_guess.h"
#include "roformer/task/recipe_sections.h"
#include "roformer/task/sentence_pairs.h"
#include "roformer/task/text_material.h"

namespace roformer::task {
namespace {

std::vector<data::MaskedBatch> held_out_of(const EvaluationOptions& options,
                                           const data::MaskedLanguageSource& source,
                                           data::Split split) {
  return source.held_out_batches(split, options.length, options.batch_tokens, options.sequences);
}

void require_targets(const std::vector<data::MaskedBatch>& batches, data::Split split,
                     const data::DataOptions& options) {
  std::size_t targets = 0;
  for (const auto& batch : batches) targets += batch.labels.size();
  base::require(targets > 0,
                "[task] expected held-out text to evaluate on but there is none in the {} part: "
                "{}, a data.{}_share above 0, and a vocabulary that knows the text's words",
                data::split_name(split), data::advice_for_more_documents(options),
                data::split_name(split));
}

head::LanguageModel as_language_model(const head::Pretraining& model) {
  return head::LanguageModel(std::shared_ptr<head::LanguageModelImpl>(model.ptr()));
}

class MaskedLanguageKind final : public LanguageKind {
 public:
  MaskedLanguageKind() : LanguageKind("masked_lm", data::DataUse::masked_language) {}

  std::vector<std::string> uses() const override {
    return {"echo 'This is the [MASK] of it.' | roformer fill-mask --model {}"};
  }

  std::shared_ptr<const Material> open(const Recipe& recipe,
                                       const std::filesystem::path& vocabulary) const override {
    return std::make_shared<const TextMaterial<MaskedLanguageTask>>(
        std::make_shared<const data::Corpus>(text_options(recipe, vocabulary),
                                             static_cast<int>(recipe.threads)));
  }
};

}  // namespace

const Kind& masked_language_kind() {
  static const MaskedLanguageKind kind;
  return kind;
}

head::LanguageModel MaskedLanguageTask::draw(const Recipe& recipe, const data::Corpus& corpus) {
  if (corpus.options().next_sentence)
    return as_language_model(starting_model<head::Pretraining>(recipe, corpus.tokenizer()));
  return starting_model<head::LanguageModel>(recipe, corpus.tokenizer());
}

head::LanguageModel MaskedLanguageTask::load(const Recipe& recipe, const data::Corpus& corpus,
                                             const std::filesystem::path& folder) {
  if (corpus.options().next_sentence)
    return as_language_model(
        load_recipe_model<head::Pretraining>(recipe, folder, "model of pre-training"));
  return load_recipe_model<head::LanguageModel>(recipe, folder, "masked language model");
}

MaskedLanguageTask::MaskedLanguageTask(const Recipe& recipe,
                                       std::shared_ptr<const data::Corpus> corpus,
                                       head::LanguageModel model, torch::Device device)
    : HeadTask(recipe, std::move(model), corpus->tokenizer(), device),
      source_(std::move(corpus), recipe.seed),
      pairs_(source_.corpus().options().next_sentence
                 ? std::dynamic_pointer_cast<head::PretrainingImpl>(this->model().ptr())
                 : nullptr),
      validation_(held_out_of(evaluation(), source_, data::Split::validation)) {
  require_targets(validation_, data::Split::validation, source_.corpus().options());
}

std::vector<data::MaskedBatch> MaskedLanguageTask::held_out_batches(data::Split split) const {
  base::require(split != data::Split::training, "[task] expected a held-out part but got training");
  if (split == data::Split::validation) return validation_;
  auto batches = held_out_of(evaluation(), source_, split);
  require_targets(batches, split, source_.corpus().options());
  return batches;
}

train::LossSum MaskedLanguageTask::loss_of(const data::MaskedBatch& masked,
                                           const model::ForwardOptions& options) {
  if (pairs_ != nullptr) return loss_of_both(masked, options);
  model::ForwardOptions of_masked = options;
  of_masked.rows = on_device(masked.masked_positions);
  const auto hidden = model()->encoder()->forward(on_device(masked.batch), of_masked);
  const auto [loss, likelihood, correct] = model()->loss(hidden, on_device(masked.labels));
  return {loss, likelihood, std::ssize(masked.labels), correct, std::ssize(masked.batch.tokens)};
}

// The mean over pairs beside the mean over masked words, as BertForPreTraining adds them: as a sum
// over the words, by which the trainer divides.
train::LossSum MaskedLanguageTask::loss_of_both(const data::MaskedBatch& batch,
                                                const model::ForwardOptions& options) {
  const AskedTokens asked = asked_tokens(batch);
  model::ForwardOptions of_asked = options;
  of_asked.rows = on_device(asked.all);
  const auto hidden = model()->encoder()->forward(on_device(batch.batch), of_asked);
  const auto [loss, likelihood, correct] =
      model()->loss(hidden.index_select(0, on_device(asked.masked)), on_device(batch.labels));
  train::LossSum sum{loss, likelihood, std::ssize(batch.labels), correct,
                     std::ssize(batch.batch.tokens)};
  if (asked.first.empty()) return sum;
  const auto answers = answer_pairs(*pairs_, hidden.index_select(0, on_device(asked.first)),
                                    on_device(asked.labels));
  sum.loss = loss + static_cast<double>(sum.targets) * answers.loss;
  if (!model()->is_training()) sum.outputs = answers.logits.to(torch::kCPU);
  return sum;
}

LabelledTokens MaskedLanguageTask::labelled(const train::MicroBatch& batch) const {
  const auto& masked = std::any_cast<const data::MaskedBatch&>(batch);
  return {on_device(masked.batch), on_device(masked.masked_positions), on_device(masked.labels)};
}

train::Metrics MaskedLanguageTask::figures(const train::Evaluated& evaluated) {
  train::Metrics figures = {{"loss", evaluated.score.loss()},
                            {"accuracy", evaluated.score.accuracy()}};
  if (pairs_ == nullptr) return figures;
  figures.emplace_back("masked_loss", evaluated.score.negative_log_likelihood());
  for (auto& figure : pair_figures(evaluated.outputs)) figures.push_back(std::move(figure));
  return figures;
}

void MaskedLanguageTask::add_figures(data::Split split, train::Metrics& figures) const {
  const std::size_t of_words = pairs_ == nullptr ? 0 : 2;  // "loss" or "masked_loss"
  figures.emplace_back("perplexity", std::exp(figures.at(of_words).second));
  const auto guess = guess_accuracy(evaluation(), source_, split);
  figures.emplace_back("accuracy_of_most_frequent_word", guess.most_frequent);
  figures.emplace_back("accuracy_of_both_neighbours_guess", guess.neighbours);
}

GuessAccuracy guess_accuracy(const EvaluationOptions& evaluation,
                             const data::MaskedLanguageSource& source, data::Split split) {
  const text::Tokenizer& tokenizer = source.tokenizer();
  metric::NeighbourGuess guess(tokenizer.vocabulary_size(), tokenizer.end_id());
  source.corpus().for_each_document(data::Split::training,
                                    [&](auto document) { guess.add(document); });
  guess.finish();
  metric::GuessScore sum;
  for (const auto& masked : held_out_of(evaluation, source, split)) {
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
