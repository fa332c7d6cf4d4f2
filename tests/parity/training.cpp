// What test_training.py compares with PyTorch: `parity_driver training MODEL BATCHES OUT` trains the
// masked language model of the folder MODEL on the given batches, one step each, and writes every
// loss and the first step's gradients. BATCHES holds for step i the tensors {i}.tokens,
// .cu_seqlens, .position_ids, .segment_ids, .masked_positions, .labels.
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/format/safetensors.h"
#include "roformer/head/language_model.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/train/adamw.h"
#include "roformer/train/training_options.h"
#include "tests/parity/driver.h"

namespace {

using namespace roformer;

// The same numbers stand in test_training.py.
constexpr double kLearningRate = 2e-3;
constexpr std::int64_t kWarmupSteps = 5;

// The gradients by Hugging Face's names: laid into a second module, whose weights are then named.
format::TensorMap named_gradients(const head::LanguageModel& model) {
  const torch::NoGradGuard no_gradient;
  head::LanguageModel holder(model->encoder()->config());
  auto places = holder->named_parameters();
  for (const auto& item : model->named_parameters()) {
    const auto& gradient = item.value().grad();
    gradient.defined() ? places[item.key()].copy_(gradient) : places[item.key()].zero_();
  }
  return checkpoint::weights_by_file_name(*holder);
}

train::AdamW make_optimizer(torch::nn::Module& module) {
  train::AdamW::NamedParameters parameters;
  for (const auto& item : module.named_parameters())
    parameters.emplace_back(item.key(), item.value());
  train::AdamWOptions options;
  options.weight_decay = 0.1;
  options.clip_norm = 1.0;
  return train::AdamW(std::move(parameters), options);
}

}  // namespace

namespace roformer::parity {

void train_on(const std::string& folder, const std::string& batches, const std::string& out) {
  const auto tensors = format::load_tensors(batches).tensors;
  auto model = checkpoint::load_model<head::LanguageModel>(checkpoint::Folder(folder)).module;
  model->train();
  auto optimizer = make_optimizer(*model);
  std::vector<double> losses;
  const auto steps = static_cast<std::int64_t>(tensors.size() / 6);
  const train::Schedule schedule{"linear", kWarmupSteps, steps, 0};
  format::TensorMap gradients;
  for (std::int64_t step = 0; step < steps; ++step) {
    const auto tensor = [&](const char* name) {
      return tensors.at(fmt::format("{}.{}", step, name));
    };
    const packed::PackedBatch batch{tensor("tokens"), tensor("cu_seqlens"), tensor("position_ids"),
                                    tensor("segment_ids")};
    const auto logits = model->forward(batch, tensor("masked_positions"));
    const auto loss = at::cross_entropy_loss(logits, tensor("labels"), {}, at::Reduction::Sum);
    const auto targets = static_cast<double>(tensor("labels").numel());
    losses.push_back(loss.item<double>() / targets);
    loss.backward();
    if (step == 0) {
      gradients = named_gradients(model);
      for (auto& [name, gradient] : gradients) gradient = gradient / targets;
    }
    optimizer.step(kLearningRate * train::schedule_factor(schedule, step), 1 / targets);
  }
  gradients["losses"] = torch::tensor(losses, torch::kFloat64);
  format::save_tensors(out, gradients);
}

}  // namespace roformer::parity
