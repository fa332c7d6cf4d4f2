#include "roformer/train/trainer.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/non_finite.h"
#include "roformer/base/progress.h"
#include "roformer/base/random.h"
#include "roformer/format/safetensors.h"
#include "roformer/model/linear.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_extension.h"
#include "roformer/train/task.h"

namespace roformer::train {
namespace {

AdamW::NamedParameters trainable_parameters(torch::nn::Module& module) {
  AdamW::NamedParameters parameters;
  for (const auto& item : module.named_parameters()) {
    if (item.value().requires_grad()) parameters.emplace_back(item.key(), item.value());
  }
  return parameters;
}

// What is frozen is not learned.
AdamW make_optimizer(Task& task, const AdamWOptions& options) {
  auto parameters = trainable_parameters(task.module());
  base::require(
      !parameters.empty(),
      "[train] expected parameters that are learned but all of the model are frozen: give "
      "a smaller optimizer.frozen_layers");
  return AdamW(std::move(parameters), options,
               [&](const std::string& name) { return task.rate_factor(name); });
}

// Other devices have no products of ours.
void require_precision(Task& task, product::ComputeType precision) {
  if (precision == product::ComputeType::float32) return;
  const auto parameters = task.module().parameters();
  base::require(
      parameters.empty() || parameters.front().device().is_cpu(),
      "[train] expected run.precision = \"float32\" on {} but got {}, which is of the CPU "
      "alone",
      parameters.front().device().str(), product::compute_type_name(precision));
  product::require_served(precision);
}

bool falls_due(std::int64_t step, std::int64_t every, std::int64_t total) {
  return step % every == 0 || step == total;
}

// The micro-batches of the run from an update on.
base::Ahead<MicroBatch>::Make batches_from(std::int64_t update, const Task& task,
                                           const std::vector<data::Stage>& stages) {
  std::optional<data::BatchRequest> request;
  if (update < data::total_steps(stages)) request = data::first_request(stages, update);
  return [&task, &stages, request]() mutable -> std::optional<MicroBatch> {
    if (!request) return std::nullopt;
    MicroBatch batch = task.batch(*request);
    request = data::next_request(stages, *request);
    return batch;
  };
}

}  // namespace

Trainer::Trainer(Task& task, TrainingOptions options, RunFolder& folder)
    : task_(task),
      options_(std::move(options)),
      folder_(folder),
      optimizer_(make_optimizer(task, options_.optimizer)),
      total_(data::total_steps(options_.stages)) {
  data::validate(options_.stages);
  require_precision(task, options_.precision);
  model::train_products_in(task.module(), options_.precision);
  validate(options_.schedule);
  base::require(options_.evaluate_every >= 1 && options_.checkpoint_every >= 1,
                "[train] expected intervals of 1 or more steps but got evaluate.every {} and "
                "checkpoint.every {}",
                options_.evaluate_every, options_.checkpoint_every);
  state_.recipe = options_.recipe;
  if (folder_.last_checkpoint()) resume();
  const std::int64_t last_step = folder_.last_checkpoint() ? state_.step : -1;
  log_.emplace(folder_.metrics_path(), last_step);
  events_.emplace(folder_.path());
  events_->restart_at(last_step + 1);
}

void Trainer::resume() {
  const auto checkpoint = *folder_.last_checkpoint();
  state_ = load_state(checkpoint / "state.json");
  require_same_run(state_, options_.recipe, folder_.path());
  const std::string changes = describe_extension(state_, options_);
  if (!changes.empty()) spdlog::info("{}: {}", options_.title, changes);
  state_.recipe = options_.recipe;
  task_.load_model(checkpoint / "model");
  optimizer_.restore(format::load_tensors(checkpoint / "optimizer.safetensors").tensors,
                     state_.step);
  meter_.restore_sums(state_.meter_sums);
  folder_.publish();
  if (options_.keep_last > 1) folder_.keep_models(options_.keep_last);
  if (has_stopped_early(state_, options_)) return say_that_it_stopped("had stopped early");
  spdlog::info("{}: going on from step {} of {}", options_.title, state_.step, total_);
}

void Trainer::say_that_it_stopped(const char* how) const {
  spdlog::info(
      "{}: {} at step {} of {}: {} evaluations in a row (evaluate.patience = {}) were not "
      "better than that of step {}{}",
      options_.title, how, state_.step, total_, state_.not_better, options_.patience,
      state_.best_step,
      options_.keep_best && state_.best_step > 0 ? ", whose model is in best/" : "");
}

Outcome Trainer::run() {
  const StopSignal stop;
  const ModeGuard training(task_.module(), true);
  base::Progress progress(options_.title, "steps", total_, state_.step);
  if (state_.best_step < 0) evaluate_and_keep();
  const bool had_ended = has_ended(state_, options_);
  base::Ahead<MicroBatch> batches(
      batches_from(had_ended ? total_ : state_.step, task_, options_.stages));
  while (!has_ended(state_, options_) && stop.received() == 0) {
    do_step(batches);
    if (falls_due(state_.step, options_.evaluate_every, total_)) {
      progress.clear();
      evaluate_and_keep();
    }
    if (falls_due(state_.step, options_.checkpoint_every, total_)) save();
    progress.update(state_.step, last_text_);
  }
  const bool stopped_early = has_stopped_early(state_, options_);
  stop.received() == 0 && !stopped_early ? progress.finish() : progress.clear();
  if (stopped_early && !had_ended) say_that_it_stopped("stopped early");
  save();
  return {state_.step, stop.received(), stopped_early};
}

double Trainer::learning_rate() const {
  const double own = data::first_request(options_.stages, state_.step).stage.learning_rate;
  const double peak = own > 0 ? own : options_.learning_rate;
  return peak * schedule_factor(options_.schedule, state_.step);
}

void Trainer::do_step(base::Ahead<MicroBatch>& batches) {
  const double rate = learning_rate();
  meter_.restart_clock();
  const double targets = accumulate_gradients(batches);
  const double norm = optimizer_.step(rate, targets > 0 ? 1 / targets : 0);
  base::require(std::isfinite(norm),
                "[train] expected a finite gradient but got norm {} in step {}: a smaller "
                "optimizer.learning_rate, a longer "
                "schedule.warmup_steps or optimizer.clip_norm may help; the last checkpoint stays",
                base::non_finite_word(norm), state_.step + 1);
  meter_.mark(Phase::optimizer);
  meter_.add_step(norm);
  ++state_.step;
  if (falls_due(state_.step, options_.log_every, total_)) log_step(rate);
}

// Adds up the gradients of the summed losses of one step; returns the number of their targets.
double Trainer::accumulate_gradients(base::Ahead<MicroBatch>& batches) {
  const std::int64_t accumulate =
      data::first_request(options_.stages, state_.step).stage.accumulate;
  const std::uint64_t step_seed = base::derive(base::derive(options_.seed, base::SeedUse::dropout),
                                               static_cast<std::uint64_t>(state_.step));
  std::int64_t targets = 0;
  task_.begin_update(state_.step, base::derive(options_.seed, base::SeedUse::features));
  for (std::int64_t micro_step = 0; micro_step < accumulate; ++micro_step) {
    const MicroBatch batch = batches.next().value();
    meter_.mark(Phase::data);
    LossSum sum =
        task_.loss(batch, base::derive(step_seed, static_cast<std::uint64_t>(micro_step)));
    const double loss = sum.loss.item<double>();
    meter_.mark(Phase::forward);
    if (!std::isfinite(loss))
      throw DivergedError(fmt::format(
          "[train] expected a finite loss but got {} in step {}; the last checkpoint stays",
          base::non_finite_word(loss), state_.step + 1));
    if (sum.targets > 0) sum.loss.backward();
    meter_.mark(Phase::backward);
    meter_.add_loss(loss, sum.targets, sum.correct, sum.tokens);
    targets += sum.targets;
  }
  return static_cast<double>(targets);
}

void Trainer::log_line(const nlohmann::json& line) {
  log_->append(line);
  events_->add(state_.step, metric_scalars(line));
}

void Trainer::log_step(double learning_rate) {
  nlohmann::json line = {{"kind", "training"},
                         {"step", state_.step},
                         {"loss", meter_.loss()},
                         {"learning_rate", learning_rate},
                         {"gradient_norm", meter_.gradient_norm()},
                         {"tokens_per_second", meter_.tokens_per_second()},
                         {"seconds", meter_.seconds()},
                         {"time", meter_.time_shares()}};
  std::string right;
  if (task_.counts_correct()) {
    line["accuracy"] = meter_.accuracy();
    right = fmt::format(" · {:.1f} % right", 100 * meter_.accuracy());
  }
  log_line(line);
  last_text_ = fmt::format("loss {:.3f}{} · {:.0f} tokens/s", meter_.loss(), right,
                           meter_.tokens_per_second());
  meter_.clear();
}

void Trainer::evaluate_and_keep() {
  const Metrics metrics = evaluate(task_, data::Split::validation);
  nlohmann::json line = {{"kind", "evaluation"}, {"step", state_.step}};
  std::string text;
  for (const auto& [name, value] : metrics) {
    line[name] = value;
    text += fmt::format(" · {} {:.4f}", name, value);
  }
  log_line(line);
  spdlog::info("{}: step {}{}", options_.title, state_.step, text);
  if (metrics.empty()) return;
  const double cost = task_.deciding_figure().cost_of(metrics);
  if (state_.best_step >= 0 && !(cost < state_.best)) {
    ++state_.not_better;
    return;
  }
  state_.not_better = 0;
  state_.best = cost;
  state_.best_step = state_.step;
  if (options_.keep_best && state_.step > 0)
    folder_.keep_best([&](const std::filesystem::path& folder) { task_.save_model(folder); });
}

void Trainer::save() {
  log_->sync();
  events_->sync();
  state_.meter_sums = meter_.sums();
  folder_.commit(state_.step, [&](const std::filesystem::path& folder) {
    task_.save_model(folder / "model");
    format::save_tensors(folder / "optimizer.safetensors", optimizer_.state());
    save_state(state_, folder / "state.json");
  });
  if (options_.keep_last > 1) folder_.keep_models(options_.keep_last);
}

}  // namespace roformer::train
