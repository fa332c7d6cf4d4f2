// What the tasks of all kinds have in common: a model on a device and batches of one type.
#pragma once
#include <fmt/format.h>

#include <any>
#include <string>
#include <utility>
#include <vector>

#include "roformer/checkpoint/save.h"
#include "roformer/data/sequence_order.h"
#include "roformer/data/token_batch.h"
#include "roformer/model/encoder.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/task/layer_rates.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe_model.h"

namespace roformer::task {

/// A kind's task says which batches there are and what their loss is; figures and files too.
template <typename Model, typename Batch>
class ModelTask : public RecipeTask {
 public:
  torch::nn::Module& module() final { return *model_; }
  double rate_factor(const std::string& parameter) const final { return rates_.factor(parameter); }

  train::MicroBatch batch(const data::BatchRequest& request) const final {
    return training_batch(request);
  }
  std::vector<train::MicroBatch> held_out(data::Split split) const final {
    std::vector<train::MicroBatch> batches;
    for (Batch& batch : held_out_batches(split)) batches.emplace_back(std::move(batch));
    return batches;
  }
  train::LossSum loss(const train::MicroBatch& batch, std::uint64_t dropout_seed) final {
    model::ForwardOptions options;
    options.dropout_seed = dropout_seed;
    return loss_of(std::any_cast<const Batch&>(batch), options);
  }

  Model model() const { return model_; }

 protected:
  ModelTask(const Recipe& recipe, Model model, torch::Device device)
      : model_(std::move(model)), device_(device), evaluation_(recipe.evaluation), rates_(recipe) {
    model_->to(device_);
    rates_.apply(*model_);
  }

  /// As Task::batch.
  virtual Batch training_batch(const data::BatchRequest& request) const = 0;
  /// As Task::held_out.
  virtual std::vector<Batch> held_out_batches(data::Split split) const = 0;
  /// As Task::loss.
  virtual train::LossSum loss_of(const Batch& batch, const model::ForwardOptions& options) = 0;
  /// Copied to the model's device.
  packed::PackedBatch on_device(const data::TokenBatch& batch) const {
    return packed::from_tokens(batch).to(device_);
  }
  /// The same.
  torch::Tensor on_device(const std::vector<std::int64_t>& values) const {
    return torch::tensor(values, torch::kInt64).to(device_);
  }
  torch::Device device() const { return device_; }
  const EvaluationOptions& evaluation() const { return evaluation_; }

 private:
  Model model_{nullptr};
  torch::Device device_;
  EvaluationOptions evaluation_;
  LayerRates rates_;
};

/// The same of an encoder with a head, which reads sequences of one length and is kept beside its
/// tokenizer.
template <typename Model, typename Batch>
class HeadTask : public ModelTask<Model, Batch> {
 public:
  void begin_update(std::int64_t update, std::uint64_t seed) final {
    this->model()->encoder()->begin_update(update, seed);
  }
  void save_model(const std::filesystem::path& folder) final {
    checkpoint::save_model(*this->model(), folder);
    tokenizer().save(folder);
  }
  void load_model(const std::filesystem::path& folder) final {
    restore_weights(*this->model(), folder);
  }
  std::string epoch() const final {  // in words
    return fmt::format("{} sequences of {} tokens", num_sequences(length_), length_);
  }
  double batches_in_epoch(const data::Stage& stage) const final {
    return static_cast<double>(num_sequences(stage.length)) /
           static_cast<double>(data::sequences_of_batch(stage));
  }

 protected:
  /// Throws Error if the model has fewer words than the vocabulary.
  HeadTask(const Recipe& recipe, Model model, const text::Tokenizer& tokenizer,
           torch::Device device)
      : ModelTask<Model, Batch>(recipe, std::move(model), device),
        length_(recipe.training.stages.front().length) {
    require_words(this->model()->config(), tokenizer);
  }

  virtual const text::Tokenizer& tokenizer() const = 0;
  /// Training sequences of one length: an epoch.
  virtual std::int64_t num_sequences(std::int64_t length) const = 0;

 private:
  std::int64_t length_;
};

}  // namespace roformer::task
