// The loop on a toy task: linear regression with noise, quick enough to run whole trainings.
#include "roformer/train/trainer.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <atomic>
#include <csignal>
#include <limits>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/format/safetensors.h"
#include "roformer/train/task.h"

namespace roformer::train {
namespace {

namespace fs = std::filesystem;

// A micro-batch, and which it was of those that the task made.
struct ToyBatch {
  int number = 0;
  torch::Tensor x;
};

class ToyTask : public Task {
 public:
  ToyTask() {
    torch::manual_seed(3);
    linear_ = torch::nn::Linear(4, 1);
  }
  torch::nn::Module& module() override { return *linear_; }
  void begin_update(std::int64_t update, std::uint64_t seed) override {
    updates.push_back(update);
    feature_seeds.push_back(seed);
  }

  MicroBatch batch(const data::BatchRequest& request) const override {
    const int number = ++batches_made;
    if (number == throw_at) base::fail("batch {} is bad", number);
    // Rows are numbered through the run, so that accumulated micro-batches add up to the large
    // batch.
    const std::int64_t size = request.stage.batch_size;
    const std::int64_t first = data::micro_batch_number(request) * size;
    std::vector<float> values;
    for (std::int64_t i = 0; i < size * 4; ++i) {
      values.push_back(base::uniform(9, static_cast<std::uint64_t>(first * 4 + i)) - 0.5f);
    }
    return ToyBatch{number, torch::tensor(values).view({size, 4})};
  }
  std::vector<MicroBatch> held_out(data::Split split) const override {
    if (split != data::Split::validation) base::fail("nothing held out");
    return {ToyBatch{0, torch::eye(4)}, ToyBatch{0, torch::ones({1, 4})}};
  }

  LossSum loss(const MicroBatch& batch, std::uint64_t dropout_seed) override {
    const auto& [number, x] = std::any_cast<const ToyBatch&>(batch);
    modes.push_back(linear_->is_training());
    if (linear_->is_training()) dropout_seeds.push_back(dropout_seed);
    if (number == raise_at) std::raise(SIGTERM);
    const auto noise = base::uniform(dropout_seed, 0) * noise_size;
    const auto y = x.sum(1, true) + noise;
    auto sum = (linear_->forward(x) - y).square().sum();
    if (number > 0 && number == nan_at) sum = sum * std::numeric_limits<float>::quiet_NaN();
    return {sum, sum.item<double>(), x.size(0), 0, x.numel()};
  }
  bool counts_correct() const override { return is_counted; }
  double rate_factor(const std::string& parameter) const override {
    return parameter == "bias" ? bias_factor : 1;
  }
  Metrics figures(const Evaluated& evaluated) override {
    if (throw_in_figures) base::fail("no figures");
    EXPECT_FALSE(torch::GradMode::is_enabled());
    targets_seen = evaluated.score.count;
    if (!own_figures.empty()) return {{"loss", own_figures.at(figures_made++)}};
    return {{"loss", (linear_->weight - 1).square().sum().item<double>()}};
  }
  void save_model(const fs::path& folder) override {
    format::save_tensors(folder / "model.safetensors",
                         {{"weight", linear_->weight}, {"bias", linear_->bias}});
  }
  void load_model(const fs::path& folder) override {
    const torch::NoGradGuard no_gradient;
    const auto file = format::load_tensors(folder / "model.safetensors");
    linear_->weight.copy_(file.tensors.at("weight"));
    linear_->bias.copy_(file.tensors.at("bias"));
  }

  mutable std::atomic<int> batches_made = 0;
  int raise_at = -1, nan_at = -1, throw_at = -1;
  float noise_size = 0.1f;
  double bias_factor = 1;
  std::vector<double> own_figures;  // of each evaluation, in the place of what was learned
  std::size_t figures_made = 0;
  bool throw_in_figures = false, is_counted = true;
  std::int64_t targets_seen = 0;
  std::vector<bool> modes;            // training or not, of each loss
  std::vector<std::int64_t> updates;  // begun
  std::vector<std::uint64_t> feature_seeds, dropout_seeds;

 private:
  torch::nn::Linear linear_{nullptr};
};

class TrainerTest : public testing::Test {
 protected:
  ~TrainerTest() override { fs::remove_all(root_); }

  static TrainingOptions options() {
    TrainingOptions options;
    options.title = "toy";
    options.stages = {{4, 8, 0, 1, 30, 0}};
    options.schedule = {"linear", 3, 30, 0};
    options.learning_rate = 0.05;
    options.log_every = 1;
    options.evaluate_every = 10;
    options.checkpoint_every = 7;
    options.recipe = {{"run.seed", "0"}};
    return options;
  }

  // Trains in `name`, and gives the training losses of its log.
  std::vector<double> train(const std::string& name, ToyTask& task, const TrainingOptions& options,
                            bool resume = false) {
    RunFolder folder(root_ / name, resume);
    outcome_ = Trainer(task, options, folder).run();
    return losses(name);
  }
  std::vector<double> losses(const std::string& name) const {
    std::vector<double> values;
    for (const auto& line : read_metrics(root_ / name / "metrics.jsonl")) {
      if (line["kind"] == "training") values.push_back(line["loss"]);
    }
    return values;
  }

  fs::path root_ = fs::temp_directory_path() / fmt::format("roformer_trainer_{}", ::getpid());
  Outcome outcome_;
};

TEST_F(TrainerTest, LearnsAndLogsEachStep) {
  ToyTask task;
  auto choice = options();
  choice.stages[0].steps = choice.schedule.total_steps = 200;
  const auto losses = train("run", task, choice);
  ASSERT_EQ(losses.size(), 200u);
  EXPECT_LT(losses.back(), 0.05 * losses.front());
  EXPECT_EQ(outcome_.step, 200);
  EXPECT_EQ(outcome_.signal, 0);
  EXPECT_TRUE(fs::exists(root_ / "run" / "model.safetensors"));
}

TEST_F(TrainerTest, WhatIsRightIsLoggedWhereItIsCounted) {
  for (const bool counts : {true, false}) {
    const std::string name = counts ? "counts" : "does not";
    ToyTask task;
    task.is_counted = counts;
    train(name, task, options());
    for (const auto& line : read_metrics(root_ / name / "metrics.jsonl")) {
      if (line["kind"] == "training") {
        EXPECT_EQ(line.contains("accuracy"), counts);
      }
    }
  }
}

TEST_F(TrainerTest, AStoppedRunGoesOnBitForBit) {
  ToyTask undisturbed;
  const auto expected = train("whole", undisturbed, options());
  ToyTask first;
  first.raise_at = 12;
  train("parts", first, options());
  EXPECT_EQ(outcome_.signal, SIGTERM);
  EXPECT_EQ(outcome_.step, 12);
  ToyTask second;
  EXPECT_EQ(train("parts", second, options(), true), expected);
  EXPECT_EQ(read_metrics(root_ / "parts" / "metrics.jsonl").size(),
            read_metrics(root_ / "whole" / "metrics.jsonl").size());
}

TEST_F(TrainerTest, AKilledRunGoesOnFromItsLastCheckpoint) {
  ToyTask undisturbed;
  const auto expected = train("whole", undisturbed, options());
  ToyTask first;
  first.nan_at = 17;  // ends without saving, as a kill would
  EXPECT_THROW(train("parts", first, options()), Error);
  ToyTask second;
  EXPECT_EQ(train("parts", second, options(), true), expected);
  EXPECT_EQ(second.batches_made, 30 - 14);
}

TEST_F(TrainerTest, LogLinesOverSeveralStepsSurviveAStop) {
  auto choice = options();
  choice.log_every = 5;
  ToyTask undisturbed;
  const auto expected = train("whole", undisturbed, choice);
  ToyTask first;
  first.raise_at = 13;
  train("parts", first, choice);
  ToyTask second;
  EXPECT_EQ(train("parts", second, choice, true), expected);
}

TEST_F(TrainerTest, AccumulationEqualsALargeBatch) {
  auto large = options(), small = options();
  small.stages[0].batch_size = 2;
  small.stages[0].accumulate = 4;
  ToyTask a, b;
  a.noise_size = b.noise_size = 0;  // each micro-batch has a dropout seed of its own
  const auto expected = train("large", a, large), losses = train("small", b, small);
  ASSERT_EQ(expected.size(), losses.size());
  for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], expected[i], 1e-5);
}

TEST_F(TrainerTest, AFinishedRunIsLeftAlone) {
  ToyTask first, second;
  const auto expected = train("run", first, options());
  EXPECT_EQ(train("run", second, options(), true), expected);
  EXPECT_EQ(second.batches_made, 0);
}

TEST_F(TrainerTest, EndsWhenEvaluationsAreNotBetterAnyMore) {
  auto choice = options();
  choice.evaluate_every = 3;
  choice.patience = 2;
  choice.keep_best = true;
  ToyTask task;
  task.own_figures = {9, 5, 6, 4, 4, 7};  // before the first step, and after 3, 6, …
  train("run", task, choice);
  EXPECT_EQ(outcome_.step, 15);
  EXPECT_TRUE(outcome_.stopped_early);
  EXPECT_EQ(outcome_.signal, 0);
  EXPECT_TRUE(fs::exists(root_ / "run" / "model.safetensors"));
  EXPECT_TRUE(fs::exists(root_ / "run" / "best" / "model.safetensors"));
  const auto state = load_state(root_ / "run" / "training" / "step-15" / "state.json");
  EXPECT_EQ(state.best_step, 9);
  EXPECT_TRUE(has_ended(state, choice));
  // It stays so, until more patience is asked for.
  ToyTask again;
  EXPECT_EQ(train("run", again, choice, true).size(), 15u);
  EXPECT_TRUE(outcome_.stopped_early);
  EXPECT_EQ(again.batches_made, 0);
  choice.patience = 0;
  ToyTask on;
  EXPECT_EQ(train("run", on, choice, true).size(), 30u);
  EXPECT_FALSE(outcome_.stopped_early);
}

TEST_F(TrainerTest, PatienceIsCountedThroughAStop) {
  auto choice = options();
  choice.evaluate_every = 3;
  choice.patience = 2;
  ToyTask first;
  first.own_figures = {9, 5, 6};
  first.raise_at = 8;
  train("run", first, choice);
  EXPECT_EQ(outcome_.step, 8);
  EXPECT_FALSE(outcome_.stopped_early);
  ToyTask second;
  second.own_figures = {6};
  train("run", second, choice, true);
  EXPECT_EQ(outcome_.step, 9);
  EXPECT_TRUE(outcome_.stopped_early);
}

TEST_F(TrainerTest, ParametersLearnAtRatesOfTheirOwnOrNotAtAll) {
  const auto bias = [](ToyTask& task) {
    return task.module().named_parameters()["bias"].item<float>();
  };
  ToyTask fresh, slow, frozen;
  slow.bias_factor = 0;
  train("slow", slow, options());
  EXPECT_EQ(bias(slow), bias(fresh));
  frozen.module().named_parameters()["bias"].requires_grad_(false);
  train("frozen", frozen, options());
  EXPECT_EQ(bias(frozen), bias(fresh));
  frozen.module().named_parameters()["weight"].requires_grad_(false);
  EXPECT_THROW(train("nothing", frozen, options()), Error);
}

TEST_F(TrainerTest, AnotherRecipeIsRefused) {
  ToyTask first, second;
  train("run", first, options());
  auto other = options();
  other.recipe = {{"run.seed", "1"}};
  EXPECT_THROW(train("run", second, other, true), Error);
}

TEST_F(TrainerTest, NaNEndsWithAnError) {
  ToyTask task;
  task.nan_at = 1;
  EXPECT_THROW(train("run", task, options()), Error);
}

TEST_F(TrainerTest, ABadBatchEndsTheStepThatItIsOf) {
  ToyTask task;
  task.throw_at = 5;  // made while step 4 is computed
  EXPECT_THROW(train("run", task, options()), Error);
  EXPECT_EQ(losses("run").size(), 4u);
  EXPECT_EQ(task.updates, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(TrainerTest, EvaluatesInEvaluationModeAndBeginsEachUpdateOnce) {
  ToyTask task;
  auto choice = options();
  choice.stages[0].accumulate = 2;
  choice.stages[0].steps = choice.schedule.total_steps = 2;
  choice.schedule.warmup_steps = 0;
  choice.evaluate_every = 1;
  task.module().eval();
  train("run", task, choice);
  const std::vector<bool> expected = {false, false, true, true,  false,
                                      false, true,  true, false, false};
  EXPECT_EQ(task.modes, expected);
  EXPECT_EQ(task.targets_seen, 5);
  EXPECT_EQ(task.updates, (std::vector<std::int64_t>{0, 1}));
  EXPECT_FALSE(task.module().is_training());  // as it was
}

TEST_F(TrainerTest, DropoutAndFeaturesHaveSeedsOfTheirOwn) {
  ToyTask task;
  auto choice = options();
  choice.seed = 4;
  choice.stages[0].accumulate = 2;
  train("run", task, choice);
  EXPECT_EQ(std::set<std::uint64_t>(task.dropout_seeds.begin(), task.dropout_seeds.end()).size(),
            60u);
  EXPECT_EQ(std::set<std::uint64_t>(task.feature_seeds.begin(), task.feature_seeds.end()).size(),
            1u);  // what is drawn anew hangs on the update's number
  for (const std::uint64_t seed : task.dropout_seeds) {
    EXPECT_NE(seed, base::derive(task.feature_seeds[0], 0));  // layer 0
    EXPECT_NE(seed, base::derive(base::derive(4, 0), 0));     // as if there were one domain
  }
}

TEST(Evaluation, AnErrorLeavesTheModeAsItWas) {
  ToyTask task;
  task.module().train();
  EXPECT_EQ(evaluate(task, data::Split::validation).front().first, "loss");
  EXPECT_TRUE(task.module().is_training());
  task.throw_in_figures = true;
  EXPECT_THROW(evaluate(task, data::Split::validation), Error);
  EXPECT_TRUE(task.module().is_training());
  EXPECT_THROW(evaluate(task, data::Split::test), Error);
  EXPECT_TRUE(task.module().is_training());
  EXPECT_TRUE(torch::GradMode::is_enabled());
}

}  // namespace
}  // namespace roformer::train
