// The loop on a toy task: linear regression with noise, quick enough to run whole trainings.
#include "roformer/train/trainer.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <csignal>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/format/safetensors.h"

namespace roformer::train {
namespace {

namespace fs = std::filesystem;

class ToyTask : public Task {
 public:
  ToyTask() {
    torch::manual_seed(3);
    linear_ = torch::nn::Linear(4, 1);
  }
  torch::nn::Module& module() override { return *linear_; }

  void load_batch(const BatchRequest& request) override {
    ++steps_loaded;
    if (steps_loaded == raise_at) std::raise(SIGTERM);
    // Rows are numbered through the run, so that accumulated micro-batches add up to the large
    // batch.
    const std::int64_t per_step = request.stage.batch_size * request.stage.accumulate;
    const std::int64_t first =
        request.step * per_step + request.micro_step * request.stage.batch_size;
    std::vector<float> values;
    for (std::int64_t i = 0; i < request.stage.batch_size * 4; ++i) {
      values.push_back(base::uniform(9, static_cast<std::uint64_t>(first * 4 + i)) - 0.5f);
    }
    x_ = torch::tensor(values).view({request.stage.batch_size, 4});
  }

  LossSum loss(std::uint64_t dropout_seed) override {
    const auto noise = base::uniform(dropout_seed, 0) * noise_size;
    const auto y = x_.sum(1, true) + noise;
    auto sum = (linear_->forward(x_) - y).square().sum();
    if (steps_loaded == nan_at) sum = sum * std::numeric_limits<float>::quiet_NaN();
    return {sum, x_.size(0), 0, x_.numel()};
  }

  Metrics evaluate() override {
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

  int steps_loaded = 0, raise_at = -1, nan_at = -1;
  float noise_size = 0.1f;

 private:
  torch::nn::Linear linear_{nullptr};
  torch::Tensor x_;
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
  EXPECT_EQ(second.steps_loaded, 30 - 14);
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
  EXPECT_EQ(second.steps_loaded, 0);
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

TEST(StopSignal, ReportsAndLetsGo) {
  StopSignal stop;
  EXPECT_EQ(stop.received(), 0);
  std::raise(SIGINT);
  EXPECT_EQ(stop.received(), SIGINT);
}

}  // namespace
}  // namespace roformer::train
