#include "roformer/task/causal_language_task.h"

#include <cmath>
#include <numbers>

#include "roformer/base/error.h"
#include "roformer/checkpoint/save.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/task/fingerprint.h"
#include "roformer/task/recipe_model.h"

namespace roformer::task {
namespace {

// Less than one whole sequence would be learned by heart, step for step.
void require_text_to_learn(const Recipe& recipe, const data::TokenStream& stream) {
  const std::int64_t targets = stream.size(data::Split::training) - 1;
  for (std::size_t i = 0; i < recipe.training.stages.size(); ++i) {
    const std::int64_t length = recipe.training.stages[i].length;
    base::require(targets >= length,
                  "[task] data.text: expected at least one sequence of {} tokens (stage.{}.length) "
                  "to learn from but got {}: give more text or a shorter stage.{}.length",
                  length, i, std::max<std::int64_t>(0, targets), i);
  }
}

void require_held_out(const data::TokenStream& stream, data::Split split) {
  const std::int64_t tokens = stream.size(split);
  base::require(tokens >= 2,
                "[task] expected two or more {} to evaluate on in the {} part of the text but got "
                "{}: give more text or a larger data.{}_share",
                stream.is_bytes() ? "bytes" : "tokens", data::split_name(split), tokens,
                data::split_name(split));
}

}  // namespace

CausalLanguageTask::CausalLanguageTask(const Recipe& recipe,
                                       std::shared_ptr<const data::TokenStream> stream,
                                       head::CausalLanguageModel model, torch::Device device)
    : source_(std::move(stream), recipe.seed),
      model_(std::move(model)),
      device_(device),
      evaluation_(recipe.evaluation),
      seed_(recipe.seed) {
  require_words(model_->config(), source_.stream().tokenizer());
  model_->to(device_);
}

void CausalLanguageTask::load_batch(const train::BatchRequest& request) {
  if (request.micro_step == 0) model_->encoder()->begin_update(request.update, seed_);
  batch_ = source_.batch(shape_of(request), request.step, request.micro_step);
}

CausalLanguageTask::Scored CausalLanguageTask::score(const data::CausalBatch& causal,
                                                     std::uint64_t dropout_seed) {
  model::ForwardOptions options;
  options.dropout_seed = dropout_seed;
  const auto batch = packed::from_tokens(causal.batch).to(device_);
  const auto labels = torch::tensor(causal.labels, torch::kInt64).to(device_);
  const auto result = model_->loss(model_->encoder()->forward(batch, options), labels);
  return {result.loss, result.correct};
}

train::LossSum CausalLanguageTask::loss(std::uint64_t dropout_seed) {
  const auto [loss, correct] = score(batch_, dropout_seed);
  const auto tokens = static_cast<std::int64_t>(batch_.labels.size());
  return {loss, tokens, correct, tokens};
}

train::Metrics CausalLanguageTask::figures(data::Split split) {
  require_held_out(source_.stream(), split);
  const torch::NoGradGuard no_gradient;
  const bool was_training = model_->is_training();
  model_->eval();
  double loss_sum = 0;
  std::int64_t correct = 0, tokens = 0;
  for (const auto& batch : source_.held_out_batches(
           split, evaluation_.length, evaluation_.batch_tokens, evaluation_.sequences)) {
    const auto scored = score(batch, 0);
    loss_sum += scored.loss.item<double>();
    correct += scored.correct;
    tokens += static_cast<std::int64_t>(batch.labels.size());
  }
  model_->train(was_training);
  const double loss = loss_sum / static_cast<double>(tokens);
  train::Metrics metrics = {
      {"loss", loss}, {"accuracy", static_cast<double>(correct) / static_cast<double>(tokens)}};
  if (source_.stream().is_bytes()) {
    metrics.emplace_back("bits_per_character", loss / std::numbers::ln2);
  } else {
    metrics.emplace_back("perplexity", std::exp(loss));
  }
  return metrics;
}

void CausalLanguageTask::save_model(const std::filesystem::path& folder) {
  checkpoint::save_model(*model_, model_->config(), folder);
  source_.stream().tokenizer().save(folder);
}

void CausalLanguageTask::load_model(const std::filesystem::path& folder) {
  restore_weights(*model_, folder);
}

std::string CausalLanguageMaterial::fingerprint() const {
  constexpr std::int64_t at_once = 1 << 16;
  Fingerprint fingerprint;
  std::vector<data::Split> splits = {data::Split::training, data::Split::validation};
  if (stream_->is_bytes()) splits.push_back(data::Split::test);
  std::vector<std::int64_t> ids;
  for (const auto split : splits) {
    const std::int64_t size = stream_->size(split);
    for (std::int64_t begin = 0; begin < size; begin += at_once) {
      ids.clear();
      stream_->read(split, begin, std::min(begin + at_once, size), ids);
      fingerprint.add(std::span<const std::int64_t>(ids));
    }
  }
  fingerprint.add(stream_->tokenizer());
  return fingerprint.text();
}

std::unique_ptr<RecipeTask> CausalLanguageMaterial::make_task(const Recipe& recipe,
                                                              torch::Device device) const {
  require_text_to_learn(recipe, *stream_);
  require_held_out(*stream_, data::Split::validation);
  return std::make_unique<CausalLanguageTask>(
      recipe, stream_, draw_model<head::CausalLanguageModel>(recipe, stream_->tokenizer()), device);
}

std::unique_ptr<RecipeTask> CausalLanguageMaterial::load_task(const Recipe& recipe,
                                                              const std::filesystem::path& folder,
                                                              torch::Device device) const {
  auto model =
      load_recipe_model<head::CausalLanguageModel>(recipe, folder, "causal language model");
  const text::Tokenizer tokenizer = text::Tokenizer::load(folder);
  const bool same_units =
      tokenizer.facts().first_byte_id == stream_->tokenizer().facts().first_byte_id;
  base::require(same_units,
                "[task] {}: expected a tokenizer of {} for data.vocabulary of {} but got {}",
                folder.string(), stream_->is_bytes() ? "bytes (ByT5Tokenizer)" : "words",
                recipe.path.string(), tokenizer.facts().tokenizer_class);
  return std::make_unique<CausalLanguageTask>(recipe, stream_, std::move(model), device);
}

}  // namespace roformer::task
