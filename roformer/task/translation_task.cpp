#include "roformer/task/translation_task.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/generate/beam_search.h"
#include "roformer/metric/corpus_score.h"
#include "roformer/model/packed_weights.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/task/recipe_model.h"

namespace roformer::task {
namespace {

model::EncoderDecoderConfig translation_config(const Recipe& recipe,
                                               const text::Tokenizer& tokenizer) {
  model::EncoderConfig side = recipe.model;
  const std::int64_t words = tokenizer.vocabulary_size();
  if (side.vocab_size == 0) side.vocab_size = words;
  base::require(
      side.vocab_size == words,
      "[recipe] expected model.vocab_size to be the {} of the vocabulary (leave it out: it "
      "is taken from there) but got {}",
      words, side.vocab_size);
  side.pad_token_id = tokenizer.pad_id();
  const std::int64_t longest = recipe.parallel.max_length + 1;
  base::require(
      longest <= side.longest_sequence().value_or(longest),
      "[recipe] expected model.max_position_embeddings to be at least data.max_length and "
      "the end, {}, but got {}",
      longest, side.max_position_embeddings);
  auto config = model::both_sides(side, recipe.translation.decoder_layers);
  config.eos_token_id = tokenizer.end_id();
  config.decoder_start_token_id = tokenizer.pad_id();  // as Marian starts
  model::validate(config);
  return config;
}

// Held-out pairs are not cut: a table of positions must have room for them.
void require_room(const model::EncoderConfig& side, const parallel::ParallelCorpus& corpus) {
  const auto limit = side.longest_sequence();
  if (!limit) return;
  const std::int64_t room = *limit - 1;  // and the end
  for (const auto split : {data::Split::validation, data::Split::test}) {
    for (std::int64_t i = 0; i < corpus.size(split); ++i) {
      const std::int64_t longest = static_cast<std::int64_t>(
          std::max(corpus.source_ids(split, i).size(), corpus.target_ids(split, i).size()));
      base::require(longest <= room,
                    "[task] expected held-out sentences of at most {} tokens "
                    "(model.max_position_embeddings of position_encoding {}) but pair {} of the {} "
                    "part has {}: take it out, or raise model.max_position_embeddings",
                    room, side.encoding.name, i + 1, data::split_name(split), longest);
    }
  }
}

std::vector<std::int64_t> with_end(std::span<const std::int32_t> ids, std::int64_t end) {
  std::vector<std::int64_t> result(ids.begin(), ids.end());
  result.push_back(end);
  return result;
}

generate::BeamOptions beam_options(const EvaluationOptions& evaluation) {
  generate::BeamOptions options;
  options.beam_size = evaluation.beam_size;
  options.length_penalty = evaluation.length_penalty;
  return options;
}

}  // namespace

TranslationTask::TranslationTask(const Recipe& recipe,
                                 std::shared_ptr<const parallel::ParallelCorpus> corpus,
                                 model::EncoderDecoder model, torch::Device device)
    : source_(std::move(corpus), recipe.seed),
      model_(std::move(model)),
      device_(device),
      evaluation_(recipe.evaluation),
      smoothing_(recipe.translation.label_smoothing),
      lower_case_(recipe.parallel.lower_case),
      seed_(recipe.seed) {
  const std::int64_t words = this->corpus().tokenizer().vocabulary_size();
  base::require(model_->config().encoder.vocab_size == words,
                "[task] expected a model of the vocabulary's {} words but got {}", words,
                model_->config().encoder.vocab_size);
  model_->to(device_);
}

void TranslationTask::load_batch(const train::BatchRequest& request) {
  if (request.micro_step == 0) model_->begin_update(request.update, seed_);
  batch_ = source_.batch(shape_of(request), request.step, request.micro_step);
}

TranslationTask::Scored TranslationTask::score(const data::PairBatch& batch,
                                               std::uint64_t dropout_seed) {
  const auto source = packed::from_tokens(batch.source).to(device_),
             target = packed::from_tokens(batch.target).to(device_);
  const auto labels = torch::tensor(batch.labels, torch::kInt64).to(device_);
  model::ForwardOptions options;
  options.dropout_seed = dropout_seed;
  const model::Memory memory{model_->encode(source, options), source.cu_seqlens};
  options.memory = &memory;
  const auto [loss, likelihood, correct] =
      model_->loss(model_->decode(target, options), labels, smoothing_);
  return {loss, likelihood, correct};
}

train::LossSum TranslationTask::loss(std::uint64_t dropout_seed) {
  const auto scored = score(batch_, dropout_seed);
  const std::int64_t targets = std::ssize(batch_.labels);
  return {scored.loss, targets, scored.correct, targets + std::ssize(batch_.source.tokens)};
}

void TranslationTask::require_held_out(data::Split split) const {
  base::require(
      corpus().size(split) > 0,
      "[task] expected one or more pairs to evaluate on in the {} part but got none: give "
      "data.{}_source and data.{}_target, or a larger data.{}_share",
      data::split_name(split), data::split_name(split), data::split_name(split),
      data::split_name(split));
}

train::Metrics TranslationTask::figures(data::Split split) {
  require_held_out(split);
  const torch::NoGradGuard no_gradient;
  const bool was_training = model_->is_training();
  model_->eval();
  double loss_sum = 0, likelihood_sum = 0;
  std::int64_t correct = 0, words = 0;
  for (const auto& batch :
       source_.held_out_batches(split, evaluation_.batch_tokens, evaluation_.sequences)) {
    const auto scored = score(batch, 0);
    loss_sum += scored.loss.item<double>();
    likelihood_sum += scored.negative_log_likelihood;
    correct += scored.correct;
    words += std::ssize(batch.labels);
  }
  const auto count = static_cast<double>(words);
  train::Metrics metrics = {{"loss", loss_sum / count},
                            {"negative_log_likelihood", likelihood_sum / count},
                            {"perplexity", std::exp(likelihood_sum / count)},
                            {"accuracy", static_cast<double>(correct) / count}};
  if (evaluation_.bleu_sentences != 0) {
    const std::int64_t sentences =
        split == data::Split::test ? -1 : evaluation_.bleu_sentences;  // a test counts whole
    const auto hypotheses = translate(split, sentences);
    const std::vector<std::vector<std::string>> expected = {references(split, sentences)};
    metric::BleuOptions scoring;
    scoring.lowercase = lower_case_;
    metrics.emplace_back("bleu", metric::corpus_bleu(hypotheses, expected, scoring).score);
  }
  model_->train(was_training);
  return metrics;
}

std::int64_t TranslationTask::pairs_of(data::Split split, std::int64_t count) const {
  const std::int64_t all = corpus().size(split);
  return count < 0 ? all : std::min(count, all);
}

std::vector<std::string> TranslationTask::translate(data::Split split, std::int64_t count) {
  const bool was_training = model_->is_training();
  model_->eval();
  const auto& tokenizer = corpus().tokenizer();
  std::vector<std::vector<std::int64_t>> sources;
  for (std::int64_t i = 0; i < pairs_of(split, count); ++i)
    sources.push_back(with_end(corpus().source_ids(split, i), tokenizer.end_id()));
  model::PackedWeights packed;  // nothing is learned in between
  packed.add(*model_);
  const model::PackedWeightsGuard guard(packed);
  generate::SearchSetting setting;
  setting.device = device_;
  const auto answers =
      generate::beam_search(std::span(&model_, 1), sources, beam_options(evaluation_), {}, setting);
  std::vector<std::string> lines;
  for (const auto& hypotheses : answers)
    lines.push_back(tokenizer.decode(text::token_ids(hypotheses.front().ids)));
  model_->train(was_training);
  return lines;
}

std::vector<std::string> TranslationTask::references(data::Split split, std::int64_t count) const {
  std::vector<std::string> lines;
  for (std::int64_t i = 0; i < pairs_of(split, count); ++i)
    lines.push_back(corpus().target_line(split, i));
  return lines;
}

std::int64_t TranslationTask::num_sequences(std::int64_t) const {
  return corpus().size(data::Split::training);
}

void TranslationTask::save_model(const std::filesystem::path& folder) {
  checkpoint::save_translation_model(*model_, {}, folder);
  corpus().tokenizer().save(folder);
}

void TranslationTask::load_model(const std::filesystem::path& folder) {
  checkpoint::load_translation_weights(*model_, checkpoint::open_weights(folder));
}

std::unique_ptr<RecipeTask> TranslationMaterial::make_task(const Recipe& recipe,
                                                           torch::Device device) const {
  base::require(corpus_->size(data::Split::training) > 0,
                "[task] expected pairs to learn from but got none: {}", corpus_->summary());
  const auto config = translation_config(recipe, corpus_->tokenizer());
  require_room(config.encoder, *corpus_);
  torch::manual_seed(recipe.seed);
  return std::make_unique<TranslationTask>(recipe, corpus_, model::EncoderDecoder(config), device);
}

std::unique_ptr<RecipeTask> TranslationMaterial::load_task(const Recipe& recipe,
                                                           const std::filesystem::path& folder,
                                                           torch::Device device) const {
  auto loaded = checkpoint::load_translation_model(folder);
  require_recipe_model(recipe, loaded.config.model.encoder, folder);
  return std::make_unique<TranslationTask>(recipe, corpus_, std::move(loaded.module), device);
}

}  // namespace roformer::task
