#include "roformer/task/masked_language_task.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/metric/neighbour_guess.h"
#include "roformer/task/recipe_sections.h"
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

MaskedLanguageTask::MaskedLanguageTask(const Recipe& recipe,
                                       std::shared_ptr<const data::Corpus> corpus,
                                       head::LanguageModel model, torch::Device device)
    : HeadTask(recipe, std::move(model), corpus->tokenizer(), device),
      source_(std::move(corpus), recipe.seed),
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
  model::ForwardOptions of_masked = options;
  of_masked.rows = on_device(masked.masked_positions);
  const auto hidden = model()->encoder()->forward(on_device(masked.batch), of_masked);
  const auto [loss, likelihood, correct] = model()->loss(hidden, on_device(masked.labels));
  return {loss, likelihood, std::ssize(masked.labels), correct, std::ssize(masked.batch.tokens)};
}

LabelledTokens MaskedLanguageTask::labelled(const train::MicroBatch& batch) const {
  const auto& masked = std::any_cast<const data::MaskedBatch&>(batch);
  return {on_device(masked.batch), on_device(masked.masked_positions), on_device(masked.labels)};
}

train::Metrics MaskedLanguageTask::figures(const train::Evaluated& evaluated) {
  return {{"loss", evaluated.score.loss()}, {"accuracy", evaluated.score.accuracy()}};
}

void MaskedLanguageTask::add_figures(data::Split split, train::Metrics& figures) const {
  figures.emplace_back("perplexity", std::exp(figures.front().second));
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
