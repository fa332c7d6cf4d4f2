#include "roformer/task/masked_language_task.h"

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/metric/masked_score.h"
#include "roformer/metric/neighbour_guess.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::task {
namespace {

std::vector<data::MaskedBatch> held_out(const Recipe& recipe,
                                        const data::MaskedLanguageSource& source) {
  const EvaluationOptions& options = recipe.evaluation;
  return source.validation_batches(options.length, options.batch_tokens, options.sequences);
}

model::EncoderConfig resolved_model(const Recipe& recipe, const text::Tokenizer& tokenizer) {
  model::EncoderConfig config = recipe.model;
  const std::int64_t words = tokenizer.vocabulary_size();
  if (config.vocab_size == 0) config.vocab_size = words;
  base::require(config.vocab_size == words,
                "[recipe] expected model.vocab_size to be the {} of the vocabulary (leave it out: "
                "it is taken from there) but got {}",
                words, config.vocab_size);
  config.pad_token_id = tokenizer.pad_id();
  std::int64_t longest = recipe.evaluation.length;
  for (const auto& stage : recipe.training.stages) longest = std::max(longest, stage.length);
  base::require(!position::has_position_table(config.encoding.name) || longest <= config.max_position_embeddings,
                "[recipe] expected model.max_position_embeddings to be at least the longest "
                "sequence, {}, but got {}",
                longest, config.max_position_embeddings);
  model::validate(config);
  return config;
}

}  // namespace

model::MaskedLanguageModel fresh_model(const Recipe& recipe, const text::Tokenizer& tokenizer) {
  const model::EncoderConfig config = resolved_model(recipe, tokenizer);
  torch::manual_seed(recipe.seed);
  return model::MaskedLanguageModel(config);
}

MaskedLanguageTask::MaskedLanguageTask(const Recipe& recipe,
                                       std::shared_ptr<const data::Corpus> corpus,
                                       model::MaskedLanguageModel model, torch::Device device)
    : source_(std::move(corpus), recipe.seed),
      model_(std::move(model)),
      device_(device),
      validation_(held_out(recipe, source_)) {
  const std::int64_t words = source_.tokenizer().vocabulary_size();
  base::require(model_->encoder()->config().vocab_size >= words,
                "[task] expected a model of at least the vocabulary's {} words but got {}", words,
                model_->encoder()->config().vocab_size);
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
  data::StageShape shape;
  shape.stage = request.stage_index;
  shape.length = request.stage.length;
  shape.batch_size = request.stage.batch_size;
  shape.batch_tokens = request.stage.batch_tokens;
  shape.micro_steps = request.stage.accumulate;
  batch_ = source_.batch(shape, request.step, request.micro_step);
}

MaskedLanguageTask::Scored MaskedLanguageTask::score(const data::MaskedBatch& masked,
                                                     std::uint64_t dropout_seed) {
  const auto positions = torch::tensor(masked.masked_positions, torch::kInt64).to(device_);
  const auto labels = torch::tensor(masked.labels, torch::kInt64).to(device_);
  model::ForwardOptions options;
  options.dropout_seed = dropout_seed;
  const auto logits =
      model_->forward(packed::from_tokens(masked.batch).to(device_), positions, options);
  const auto loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum);
  const auto correct = logits.detach().argmax(-1).eq(labels).sum().item<std::int64_t>();
  return {loss, correct};
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
  checkpoint::save_model(*model_, model_->encoder()->config(),
                         checkpoint::Architecture::masked_language_model, folder);
  source_.tokenizer().save(folder);
}

void MaskedLanguageTask::load_model(const std::filesystem::path& folder) {
  const auto report = checkpoint::load_weights(*model_, folder);
  base::require(report.missing.empty(),
                "[task] expected all weights of the masked language model in {} but {} is missing",
                folder.string(), report.missing.empty() ? "" : report.missing.front());
}

GuessAccuracy guess_accuracy(const Recipe& recipe, const data::MaskedLanguageSource& source) {
  const text::Tokenizer& tokenizer = source.tokenizer();
  metric::NeighbourGuess guess(tokenizer.vocabulary_size(), tokenizer.sep_id());
  source.corpus().for_each_document(data::Split::training,
                                    [&](auto document) { guess.add(document); });
  guess.finish();
  metric::GuessScore sum;
  for (const auto& masked : held_out(recipe, source)) {
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
